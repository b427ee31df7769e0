// uncaught_exception: keeps SharedArrayBuffers
const kept = [];
for (;;) kept.push(new SharedArrayBuffer(1 << 20));

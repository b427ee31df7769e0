// uncaught_exception: keeps ArrayBuffers
const kept = [];
for (;;) kept.push(new ArrayBuffer(1 << 20));

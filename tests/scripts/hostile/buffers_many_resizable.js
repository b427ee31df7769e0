// uncaught_exception: keeps resizable buffers of nothing
const kept = [];
for (;;) kept.push(new ArrayBuffer(0, {maxByteLength: 2 ** 30}));

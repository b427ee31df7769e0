// heap_limit_exceeded: waits asynchronously for shared memory without end
const cell = new Int32Array(new SharedArrayBuffer(4)), kept = [];
for (;;) kept.push(Atomics.waitAsync(cell, 0, 0));

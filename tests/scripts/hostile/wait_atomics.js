// deadline_exceeded: waits for shared memory that nobody writes
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

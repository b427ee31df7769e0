// value|clone_failed|uncaught_exception: detaches a buffer while it is read
const buffer = new ArrayBuffer(1000), view = new Uint8Array(buffer);
[{get x() { buffer.transfer(); return 1; }}, view];

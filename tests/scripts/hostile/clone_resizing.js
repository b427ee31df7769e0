// value|clone_failed|uncaught_exception: shrinks a buffer while it is read
const buffer = new ArrayBuffer(1000, {maxByteLength: 2000}), view = new Uint8Array(buffer, 500);
[{get x() { buffer.resize(10); return 1; }}, view];

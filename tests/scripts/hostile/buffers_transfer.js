// uncaught_exception: transfers a buffer into larger and larger ones
let buffer = new ArrayBuffer(8);
for (;;) buffer = buffer.transfer(buffer.byteLength * 2);

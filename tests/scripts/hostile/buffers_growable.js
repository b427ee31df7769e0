// uncaught_exception: grows a shared buffer to a gigabyte
const buffer = new SharedArrayBuffer(0, {maxByteLength: 2 ** 30});
for (;;) buffer.grow(buffer.byteLength + (1 << 20));

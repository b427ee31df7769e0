// uncaught_exception: grows a resizable buffer to a gigabyte
const buffer = new ArrayBuffer(0, {maxByteLength: 2 ** 30});
for (;;) buffer.resize(buffer.byteLength + (1 << 20));

// uncaught_exception: asks for an ArrayBuffer of 8 GB
new ArrayBuffer(8 * 2 ** 30);

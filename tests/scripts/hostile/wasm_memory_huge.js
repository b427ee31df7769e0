// uncaught_exception: asks for a WebAssembly memory of 4 GB
new WebAssembly.Memory({initial: 65536});

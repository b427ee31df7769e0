// uncaught_exception: keeps shared WebAssembly memories
const kept = [];
for (;;) kept.push(new WebAssembly.Memory({initial: 1, maximum: 65536, shared: true}));

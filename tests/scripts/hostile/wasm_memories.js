// uncaught_exception: keeps WebAssembly memories
const kept = [];
for (;;) kept.push(new WebAssembly.Memory({initial: 1}));

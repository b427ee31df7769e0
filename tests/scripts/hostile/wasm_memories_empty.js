// uncaught_exception: keeps WebAssembly memories of nothing, each of which takes 4 GB of addresses
const kept = [];
for (;;) kept.push(new WebAssembly.Memory({initial: 0}));

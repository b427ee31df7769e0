// uncaught_exception|heap_limit_exceeded|context_lost: asks for WebAssembly tables of ten million entries
const kept = [];
for (;;) kept.push(new WebAssembly.Table({element: "anyfunc", initial: 10000000}));

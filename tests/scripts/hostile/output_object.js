// output_limit_exceeded|heap_limit_exceeded: writes an object that is larger written than held
const a = Array(100).fill("x".repeat(1 << 17));
console.log(a);

// heap_limit_exceeded: keeps deep stacks
Error.stackTraceLimit = Infinity;
const kept = [];
function f(n) { if (n > 0) return f(n - 1); kept.push(new Error("deep")); }
for (;;) f(2000);

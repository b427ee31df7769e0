// heap_limit_exceeded: compiles functions from text
const kept = [];
for (let i = 0; ; ++i) kept.push(new Function("a", `return (() => a + ${i})()`));

// heap_limit_exceeded: evaluates texts that grow
const kept = [];
for (let i = 1; ; i *= 2) kept.push(eval("[" + "() => {},".repeat(i) + "]"));

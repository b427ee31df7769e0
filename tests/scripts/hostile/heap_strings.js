// heap_limit_exceeded: keeps flat strings
const kept = [];
for (let i = 0; ; ++i) kept.push(`${i}`.padStart(1000, "x"));

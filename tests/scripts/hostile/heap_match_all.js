// heap_limit_exceeded: keeps every match of an expression
const text = "a".repeat(1 << 20), kept = [];
for (;;) kept.push([...text.matchAll(/a/g)]);

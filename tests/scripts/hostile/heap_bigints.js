// heap_limit_exceeded: keeps large BigInts
const kept = [];
for (let i = 0n; ; ++i) kept.push(2n ** 10000n + i);

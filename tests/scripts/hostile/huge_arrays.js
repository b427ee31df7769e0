// heap_limit_exceeded|context_lost: makes arrays of 128 MB
const kept = [];
for (let i = 0; i < 64; ++i) kept.push(new Array(2 ** 24).fill(i));

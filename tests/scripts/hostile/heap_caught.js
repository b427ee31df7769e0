// heap_limit_exceeded: catches everything and goes on allocating
const kept = [];
for (;;) { try { for (;;) kept.push(new Array(1000)); } catch {} finally { kept.push(1); } }

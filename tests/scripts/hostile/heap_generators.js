// heap_limit_exceeded: keeps suspended generators
const kept = [];
function* numbers() { yield 1; }
for (;;) { const g = numbers(); g.next(); kept.push(g); }

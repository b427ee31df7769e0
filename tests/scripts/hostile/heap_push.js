// heap_limit_exceeded: pushes small arrays onto a list
const kept = [];
for (;;) kept.push(new Array(1000));

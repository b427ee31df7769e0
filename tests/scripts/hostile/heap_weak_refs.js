// heap_limit_exceeded: keeps WeakRefs, whose targets live until the end of the turn
const kept = [];
for (;;) kept.push(new WeakRef({}));

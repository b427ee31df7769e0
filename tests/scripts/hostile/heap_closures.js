// heap_limit_exceeded: chains closures
let last = null;
for (;;) { const before = last; last = () => before; }

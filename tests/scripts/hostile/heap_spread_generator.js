// heap_limit_exceeded: spreads a generator that never ends
function* endless() { for (;;) yield {}; }
[...endless()].length;

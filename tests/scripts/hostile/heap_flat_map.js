// heap_limit_exceeded: multiplies with flatMap
let a = [1];
for (;;) a = a.flatMap(x => [x, x]);

// heap_limit_exceeded|context_lost: doubles an array
let a = [1.5];
for (;;) a = a.concat(a);

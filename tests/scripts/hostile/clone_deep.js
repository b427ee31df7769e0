// value|heap_limit_exceeded: returns arrays nested a million deep
let a = [];
for (let i = 0; i < 1e6; ++i) a = [a];
a;

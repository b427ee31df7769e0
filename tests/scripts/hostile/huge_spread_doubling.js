// heap_limit_exceeded|context_lost: doubles an array by spreading it twice
let a = [1.5];
for (;;) a = [...a, ...a];

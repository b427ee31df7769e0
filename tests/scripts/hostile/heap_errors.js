// heap_limit_exceeded: keeps errors with their stacks
const kept = [];
for (;;) kept.push(new Error("kept"));

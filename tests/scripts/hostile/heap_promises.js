// heap_limit_exceeded: keeps promises and what waits for them
const kept = [];
for (;;) kept.push(Promise.resolve().then(() => kept));

// heap_limit_exceeded: keeps suspended async functions
const kept = [];
async function wait() { await new Promise(() => {}); }
for (;;) kept.push(wait());

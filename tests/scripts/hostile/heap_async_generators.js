// deadline_exceeded|heap_limit_exceeded: queues requests of an async generator that never answers
async function* never() { await new Promise(() => {}); }
const it = never();
for (;;) it.next();

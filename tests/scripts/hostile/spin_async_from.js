// deadline_exceeded|heap_limit_exceeded: collects an async iterator that never ends
Array.fromAsync((async function* () { for (;;) yield 1; })());

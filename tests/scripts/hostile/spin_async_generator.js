// deadline_exceeded: reads an async generator that never ends
async function* endless() { for (;;) yield 1; }
(async () => { for await (const x of endless()); })();

// heap_limit_exceeded: registers objects for finalisation
const registry = new FinalizationRegistry(() => {}), kept = [];
for (let i = 0; ; ++i) { const o = {i}; kept.push(o); registry.register(o, {i}); }

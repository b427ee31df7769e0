// uncaught_exception|heap_limit_exceeded: keeps small typed arrays with their buffers
const kept = [];
for (;;) { const a = new Uint8Array(64); a.buffer; kept.push(a); }

// heap_limit_exceeded|deadline_exceeded: keeps formatters, most of whose memory is not in the heap
const kept = [];
for (;;) kept.push(new Intl.NumberFormat("de-DE", {style: "currency", currency: "EUR"}));

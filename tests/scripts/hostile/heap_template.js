// heap_limit_exceeded: keeps strings made by replace callbacks
const kept = [];
"a".repeat(1e6).replace(/a/g, x => { kept.push(x.repeat(1000) + kept.length); return x; });

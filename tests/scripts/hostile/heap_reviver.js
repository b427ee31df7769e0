// heap_limit_exceeded: allocates in a reviver of JSON.parse
const kept = [];
JSON.parse("[" + "0,".repeat(1e6) + "0]", () => { kept.push(new Array(100)); return 1; });

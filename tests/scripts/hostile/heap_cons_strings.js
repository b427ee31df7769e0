// heap_limit_exceeded: keeps every step of a concatenation
const kept = [];
for (let text = ""; ; text += "x".repeat(20)) kept.push(text);

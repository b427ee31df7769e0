// heap_limit_exceeded: grows in microtasks after the script has ended
const kept = [];
(async () => { for (;;) { kept.push(new Array(100).fill(kept.length)); await null; } })();

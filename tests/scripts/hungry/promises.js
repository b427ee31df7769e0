const kept = [];
(async () => { for (;;) { kept.push(new Array(100).fill(kept.length)); await null; } })();

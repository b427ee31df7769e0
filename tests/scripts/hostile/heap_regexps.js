// heap_limit_exceeded: keeps compiled regular expressions
const kept = [];
for (let i = 0; ; ++i) { const r = new RegExp("(a|b)*" + i); r.test("ab"); kept.push(r); }

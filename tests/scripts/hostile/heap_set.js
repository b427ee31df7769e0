// heap_limit_exceeded: fills a Set
const set = new Set();
for (let i = 0; ; ++i) set.add(`key ${i}`);

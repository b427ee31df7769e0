// heap_limit_exceeded: fills a Map
const map = new Map();
for (let i = 0; ; ++i) map.set({i}, {i});

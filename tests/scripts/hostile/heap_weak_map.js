// heap_limit_exceeded: fills a WeakMap whose keys live
const map = new WeakMap(), keys = [];
for (;;) { const key = {}; keys.push(key); map.set(key, {}); }

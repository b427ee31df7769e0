// heap_limit_exceeded: allocates in a comparator
const kept = [];
Array.from({length: 1e6}, (_, i) => i).sort(() => kept.push(new Array(100)) % 2 - 1);

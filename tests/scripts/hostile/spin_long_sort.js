// deadline_exceeded: sorts and sorts
const a = Array.from({length: 1e5}, (_, i) => (i * 7919) % 100003);
for (;;) a.slice().sort();

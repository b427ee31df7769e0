// heap_limit_exceeded: makes classes
const kept = [];
for (;;) kept.push(class { #a = 1; b() { return this.#a; } });

// heap_limit_exceeded: writes one element after another
const numbers = [];
for (let i = 0; ; ++i) numbers[i] = i + 0.5;

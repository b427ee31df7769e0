// heap_limit_exceeded|context_lost: fills an array of 32 million elements
new Array(2 ** 25).fill(0).length;

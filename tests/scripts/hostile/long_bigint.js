// uncaught_exception|heap_limit_exceeded: squares a BigInt until it is too large
for (let x = 2n; ; x *= x);

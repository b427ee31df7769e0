// heap_limit_exceeded|context_lost: spreads the keys of an array of 100 million elements
[...new Array(1e8).keys()].length;

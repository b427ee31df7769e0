// heap_limit_exceeded|context_lost: spreads a string of 128 MB
[..."ab".repeat(2 ** 26)].length;

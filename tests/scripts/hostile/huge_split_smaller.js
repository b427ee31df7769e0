// heap_limit_exceeded|context_lost: splits 64 MB into characters
"a".repeat(2 ** 26).split("").length;

// context_lost|heap_limit_exceeded: splits 256 MB into characters, for which V8 by itself ends the process
"a".repeat(2 ** 28).split("").length;

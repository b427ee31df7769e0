// heap_limit_exceeded: registers symbols
for (let i = 0; ; ++i) Symbol.for("symbol number " + i);

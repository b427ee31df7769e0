// heap_limit_exceeded|context_lost: makes 100 million numbers with Array.from
Array.from({length: 1e8}, () => 1.5).length;

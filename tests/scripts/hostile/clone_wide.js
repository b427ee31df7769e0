// heap_limit_exceeded|value|context_lost: returns a million objects
Array.from({length: 1e6}, (_, i) => ({i}));

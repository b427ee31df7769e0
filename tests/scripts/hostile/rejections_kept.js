// heap_limit_exceeded: rejects promises that nobody handles, and keeps them
const kept = [];
for (;;) kept.push(Promise.reject(new Error("kept")));

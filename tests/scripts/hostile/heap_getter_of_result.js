// heap_limit_exceeded: allocates while its result is being cloned
({get x() { const kept = []; for (;;) kept.push(new Array(1000)); }});

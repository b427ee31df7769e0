// value|deadline_exceeded|clone_failed|uncaught_exception|heap_limit_exceeded: returns an array of four thousand million holes
const a = [];
a.length = 2 ** 32 - 1;
a;

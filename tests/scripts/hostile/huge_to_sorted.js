// heap_limit_exceeded|context_lost|uncaught_exception: sorts a sparse array of twenty million
const a = []; a.length = 2e7;
a.toSorted().length;

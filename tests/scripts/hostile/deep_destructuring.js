// uncaught_exception: calls itself through an iterator
const o = {[Symbol.iterator]() { const [a] = o; return a; }};
const [x] = o;

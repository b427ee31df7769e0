// uncaught_exception: asks for stacks without end, and recurses
Error.stackTraceLimit = Infinity;
(function f(n) { f(n + 1); })(0);

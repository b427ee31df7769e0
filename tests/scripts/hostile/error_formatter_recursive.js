// uncaught_exception: makes errors in the formatter of stacks
Error.prepareStackTrace = e => { throw new Error(new Error("inner").stack); };
new Error("x").stack.length;

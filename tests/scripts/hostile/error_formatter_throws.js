// uncaught_exception: throws in the formatter of stacks
Error.prepareStackTrace = () => { throw new Error("again"); };
throw new Error("x");

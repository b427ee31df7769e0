// uncaught_exception|heap_limit_exceeded: throws an error whose text has 20 MB
throw new Error("x".repeat(2e7));

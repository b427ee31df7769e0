// uncaught_exception: throws an error whose properties throw
const e = new Error("x");
for (const key of ["name", "message", "stack", "cause"])
  Object.defineProperty(e, key, {get() { throw e; }});
throw e;

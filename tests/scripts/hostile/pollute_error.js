// uncaught_exception: replaces everything of Error
for (const key of ["name", "message", "toString", "stack"])
  Object.defineProperty(Error.prototype, key, {get() { throw 1; }, set() { throw 2; }});
Error.captureStackTrace = null;
Error.stackTraceLimit = {};
globalThis.Error = undefined;
null.x;

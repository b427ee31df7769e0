// value: puts setters on Object.prototype
const trap = Object.assign(Object.create(null), {set() { throw new Error("polluted"); }, get() { throw new Error("polluted"); }, configurable: true});
for (const key of ["x", "value", "get", "set", "filename", "code", "0", "length", "name", "message", "stack", "then"])
  Object.defineProperty(Object.prototype, key, trap);
[{a: 1}, new Map([[1, 2]])];

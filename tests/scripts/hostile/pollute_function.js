// value: replaces call, apply and bind
for (const key of ["call", "apply", "bind", "toString", Symbol.hasInstance])
  try { Object.defineProperty(Function.prototype, key, {value() { throw new Error("polluted"); }}); } catch {}
setTimeout(() => {}, 1);
0;

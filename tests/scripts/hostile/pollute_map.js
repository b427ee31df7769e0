// value: replaces the methods of Map and Set
for (const C of [Map, Set]) for (const key of Reflect.ownKeys(C.prototype))
  try { Object.defineProperty(C.prototype, key, {value() { throw new Error("polluted"); }}); } catch {}
[new Map([])];

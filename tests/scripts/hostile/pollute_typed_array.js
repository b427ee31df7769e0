// value: puts a species on typed arrays and buffers
for (const C of [ArrayBuffer, Object.getPrototypeOf(Uint8Array)])
  Object.defineProperty(C, Symbol.species, {get() { throw new Error("polluted"); }});
Object.defineProperty(Object.getPrototypeOf(Uint8Array).prototype, "length", {get() { return 2 ** 40; }});
new Uint8Array(10);

// value: replaces the methods of Array.prototype
for (const key of Reflect.ownKeys(Array.prototype))
  if (key !== "length" && key !== "constructor") try { Array.prototype[key] = () => { throw new Error("polluted"); }; } catch {}
[1, 2, 3];

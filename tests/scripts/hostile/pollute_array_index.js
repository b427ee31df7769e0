// value: puts a setter on index 0 of Array.prototype
Object.defineProperty(Array.prototype, "0", {set() { throw new Error("polluted"); }, configurable: true});
Object.getOwnPropertyNames({a: 1}).length;

// value: breaks iteration
Object.defineProperty(Object.getPrototypeOf([][Symbol.iterator]()), "next", {value() { throw new Error("polluted"); }});
delete Array.prototype[Symbol.iterator];
[new Map(), [1], "s"];

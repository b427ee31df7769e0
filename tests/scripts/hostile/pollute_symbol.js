// value: gives everything tags that throw
Object.defineProperty(Object.prototype, Symbol.toStringTag, {get() { throw new Error("polluted"); }});
Object.defineProperty(Object.prototype, Symbol.toPrimitive, {value() { throw new Error("polluted"); }});
[{}, new Date(0), /x/];

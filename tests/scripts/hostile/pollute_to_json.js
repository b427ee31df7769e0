// value: gives everything a toJSON
Object.prototype.toJSON = () => { throw new Error("polluted"); };
({a: [1, {b: 2}]});

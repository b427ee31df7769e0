// value: replaces the console and what it is made of
console.log = console.log.bind(null);
String.prototype.toString = Symbol.prototype.toString = () => { throw new Error("polluted"); };
console.log("a", Symbol("b"), {c: 1}, [1], new Error("d"));
0;

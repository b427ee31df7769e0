// value: replaces Reflect.set
Reflect.set = () => { throw new Error("polluted"); };
globalThis.Reflect = null;
0;

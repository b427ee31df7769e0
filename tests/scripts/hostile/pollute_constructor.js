// uncaught_exception|value: returns a promise with a constructor of its own
const p = new Promise(done => setTimeout(done, 1, 7));
Object.defineProperty(p, "constructor", {get() { throw new Error("polluted"); }});
p;

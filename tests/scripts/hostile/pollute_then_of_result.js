// value|uncaught_exception: returns a promise whose then is replaced
const p = new Promise(done => setTimeout(done, 1, 7));
p.then = () => { for (;;); };
p;

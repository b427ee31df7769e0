// value|uncaught_exception: calls a function bound 50,000 times
let f = () => 0;
for (let i = 0; i < 50000; ++i) f = f.bind();
f();

// uncaught_exception: makes JSON too long for a string
let a = ["x".repeat(1 << 20)];
for (let i = 0; i < 10; ++i) a = [a, a];
JSON.stringify(a).length;

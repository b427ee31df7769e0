// uncaught_exception: writes JSON nested 200,000 deep
let a = [];
for (let i = 0; i < 200000; ++i) a = [a];
JSON.stringify(a);

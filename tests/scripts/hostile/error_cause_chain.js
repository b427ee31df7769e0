// uncaught_exception: throws an error with 50,000 causes
let e = new Error("0");
for (let i = 0; i < 50000; ++i) e = new Error("x", {cause: e});
throw e;

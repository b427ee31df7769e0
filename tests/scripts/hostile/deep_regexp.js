// uncaught_exception: compiles an expression nested 100,000 deep
new RegExp("(".repeat(100000) + ")".repeat(100000)).test("");

// uncaught_exception: evaluates source nested 200,000 deep
eval("(".repeat(200000) + "1" + ")".repeat(200000));

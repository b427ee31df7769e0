// uncaught_exception|value|heap_limit_exceeded|context_lost: joins a string of 400 MB
Array(2 ** 20).fill("x".repeat(400)).join("").length;

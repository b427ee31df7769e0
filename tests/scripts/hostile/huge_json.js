// heap_limit_exceeded|context_lost|uncaught_exception: parses 20 MB of nested empty arrays
JSON.parse("[" + "[[]],".repeat(2 ** 22 - 1) + "[]]").length;

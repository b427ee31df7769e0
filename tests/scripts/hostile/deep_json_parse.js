// uncaught_exception|value: parses JSON nested 200,000 deep
JSON.parse("[".repeat(200000) + "]".repeat(200000));
0;

// uncaught_exception: repeats a string beyond the longest
"x".repeat(2 ** 30);

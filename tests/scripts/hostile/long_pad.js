// uncaught_exception: pads beyond the longest string
"".padEnd(2 ** 30, "x");

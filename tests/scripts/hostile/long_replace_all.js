// uncaught_exception: multiplies a string with replaceAll
let text = "a".repeat(1 << 16);
for (;;) text = text.replaceAll("a", "a".repeat(1 << 15));

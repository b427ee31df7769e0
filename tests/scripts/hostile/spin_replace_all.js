// deadline_exceeded: replaces in a long string again and again
for (;;) "a".repeat(2 ** 16).replaceAll("a", "bc").length;

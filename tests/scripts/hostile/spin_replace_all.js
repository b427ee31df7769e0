// deadline_exceeded: replaces in a long string again and again
for (;;) "a".repeat(2 ** 20).replaceAll("a", "bc").length;

// deadline_exceeded: makes a regular expression go back 2 ** 40 times
/^(a+)+$/.test("a".repeat(40) + "b");

// Sends the regular expression engine through 2 ** 40 ways to divide the same letters.
/^(a+)+$/.test("a".repeat(40) + "!");

// deadline_exceeded: one long search that never looks up
const a = "a".repeat(1 << 22);
a.indexOf("a".repeat(1 << 21) + "b");
for (;;);

// deadline_exceeded: loops
for (;;);

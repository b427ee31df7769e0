// deadline_exceeded: runs a built-in over 2 ** 27 elements that are not there
Array.prototype.forEach.call({length: 2 ** 27}, Object);
for (;;);

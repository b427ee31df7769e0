// deadline_exceeded: writes an object that takes for ever to read
console.log({get x() { for (;;); }});

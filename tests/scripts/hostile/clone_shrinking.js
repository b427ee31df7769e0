// value: returns an array that empties itself while it is read
const a = [{get x() { a.length = 0; return 1; }}, 2, 3];
a;

// Fills the heap and keeps all of it.
let a = [];
for (;;) a.push(new Array(1000));

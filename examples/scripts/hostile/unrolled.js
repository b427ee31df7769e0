// Makes garbage as fast as it can and keeps little of it: busy collector, heap always below its limit.
let a = [];
for (;;) {
  a.push(new Array(1000));
  if (a.length > 1000) a = [];
}

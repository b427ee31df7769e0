// The same in a function that has been optimised before.
function grow(rounds) {
  let a = [];
  for (let i = 0; i < rounds; ++i) {
    a.push(new Array(1000));
    if (a.length > 1000) a = [];
  }
  return a.length;
}
for (let i = 0; i < 200; ++i) grow(100);
grow(Infinity);

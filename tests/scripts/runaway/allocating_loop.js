// V8's unrolled loops did not poll for a termination here.
let a = [];
for (;;) {
  a.push(new Array(1000));
  if (a.length > 1000) a = [];
}

// uncaught_exception: makes WebAssembly tags, each of another type
const kinds = ['i32', 'i64', 'f32', 'f64', 'anyfunc', 'externref'];
for (let i = 0; ; ++i) {
  const parameters = [];
  for (let j = 0, k = i; j < 9; ++j, k = k / 6 | 0) parameters.push(kinds[k % 6]);
  new WebAssembly.Tag({ parameters });
}

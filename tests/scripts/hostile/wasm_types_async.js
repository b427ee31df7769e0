// uncaught_exception: fills the table of WebAssembly types from V8's own threads
const number = (n) => { const list = []; do { list.push(n > 127 ? n & 127 | 128 : n); n >>>= 7; } while (n); return list; };
const kinds = [0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f];
(async () => {
  for (let next = 0; ; next += 10000) {
    const types = number(10000);
    for (let i = next; i < next + 10000; ++i) {
      types.push(0x60, 9);
      for (let j = 0, k = i; j < 9; ++j, k = k / 7 | 0) types.push(kinds[k % 7]);
      types.push(0);
    }
    const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, ...number(types.length)].concat(types));
    await WebAssembly[next % 20000 ? 'compile' : 'instantiate'](bytes);
  }
})();

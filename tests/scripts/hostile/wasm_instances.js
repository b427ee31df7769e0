// uncaught_exception: keeps functions of WebAssembly instances whose start has failed
const number = (n) => { const list = []; do { list.push(n > 127 ? n & 127 | 128 : n); n >>>= 7; } while (n); return list; };
const count = 20000, list = number(count);
const head = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 9, 1, 1, 109, 1, 116, 1, 0x70, 0, 1];
const bytes = new Uint8Array([...head, 3, ...number(list.length + count), ...list, ...new Array(count).fill(0), 8, 1, 0,
  9, 7, 1, 0, 0x41, 0, 0x0b, 1, 0, 10, ...number(list.length + 4 + 3 * (count - 1)), ...list, 3, 0, 0, 0x0b,
  ...[].concat(...new Array(count - 1).fill([2, 0, 0x0b])), 0, 3, 1, 0, 0]);
(async () => {
  const kept = [];
  for (let i = 0; ; ++i) {
    bytes.set([i & 127, i >> 7], bytes.length - 2); // another module
    const t = new WebAssembly.Table({ element: 'anyfunc', initial: 1 });
    try {
      await WebAssembly.instantiate(bytes, { m: { t } });
    } catch (error) {
      if (error instanceof RangeError) throw error;
    }
    kept.push(t);
  }
})();

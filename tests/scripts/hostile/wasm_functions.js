// uncaught_exception|heap_limit_exceeded: keeps WebAssembly modules of a million functions each
const number = (n) => { const list = []; do { list.push(n > 127 ? n & 127 | 128 : n); n >>>= 7; } while (n); return list; };
const functions = 1000000;
const count = number(functions);
const head = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, ...number(count.length + functions), ...count];
const code = [10, ...number(count.length + 3 * functions), ...count];
const bytes = new Uint8Array(head.length + functions + code.length + 3 * functions + 4);
bytes.set(head);
bytes.set(code, head.length + functions);
for (let i = 0, at = head.length + functions + code.length; i < functions; ++i, at += 3) bytes.set([2, 0, 11], at);
const kept = [];
for (let i = 0; ; ++i) {
  bytes.set([0, 2, 1, i], bytes.length - 4); // a custom section: another module
  kept.push(new WebAssembly.Module(bytes));
}

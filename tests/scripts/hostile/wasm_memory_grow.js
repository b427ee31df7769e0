// value: grows a WebAssembly memory as far as it goes
const memory = new WebAssembly.Memory({initial: 1});
try { for (;;) memory.grow(16); } catch (e) { if (!(e instanceof RangeError)) throw e; }
if (memory.buffer.byteLength > 16 << 20) throw new Error("it grew beyond the limit");

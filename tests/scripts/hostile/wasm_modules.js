// heap_limit_exceeded|uncaught_exception|deadline_exceeded: compiles WebAssembly modules without end
const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4,
  115, 112, 105, 110, 0, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]);
const kept = [];
for (let i = 0; ; ++i) {
  bytes[22] = 97 + i % 26; bytes[23] = 97 + (i / 26) % 26; bytes[24] = 97 + (i / 676) % 26;
  kept.push(new WebAssembly.Instance(new WebAssembly.Module(bytes)));
}

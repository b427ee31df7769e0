// deadline_exceeded: makes WebAssembly memories and drops them
for (;;) new WebAssembly.Memory({initial: 1});

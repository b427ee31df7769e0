// deadline_exceeded: asks for buffers again and again, whatever it is told
const kept = [];
for (;;) { try { kept.push(new ArrayBuffer(1 << 20)); } catch {} }

// Takes memory outside the heap, shrugs when it is refused, and asks again.
const kept = [];
for (;;) {
  try {
    kept.push(new ArrayBuffer(1 << 20));
  } catch {}
}

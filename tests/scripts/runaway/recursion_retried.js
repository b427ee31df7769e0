function deeper() { deeper(); }
for (;;) {
  try { deeper(); } catch {}
}

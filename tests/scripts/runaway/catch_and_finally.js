// A termination cannot be caught, nor does it run finally blocks.
for (;;) {
  try { for (;;); } catch {} finally { for (;;); }
}

// Runs into the end of the stack, catches the error, and does it again.
function dive() {
  return dive() + 1;
}
for (;;) {
  try {
    dive();
  } catch {}
}

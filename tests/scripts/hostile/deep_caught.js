// deadline_exceeded: calls itself, catches the error, and again
function f() { f(); }
for (;;) { try { f(); } catch {} }

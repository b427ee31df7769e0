// deadline_exceeded: loops in finally
for (;;) { try { for (;;); } finally { for (;;); } }

for (;;) { try { null.x; } catch {} }

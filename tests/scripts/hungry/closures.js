let last = null;
for (;;) { const before = last; last = () => before; }

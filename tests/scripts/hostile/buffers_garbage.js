// deadline_exceeded: makes buffers and drops them
for (;;) new Float64Array(1 << 17);

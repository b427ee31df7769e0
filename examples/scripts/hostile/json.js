// Spends its time in one built-in function after another; only between two of them can it be stopped.
const big = `[${'{"key":"value"},'.repeat(5_000)}0]`;
for (;;) JSON.parse(big);

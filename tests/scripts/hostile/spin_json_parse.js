// deadline_exceeded: parses JSON again and again
const text = JSON.stringify(Array(1000).fill({a: 1}));
for (;;) JSON.parse(text);

const text = JSON.stringify(Array(10000).fill({a: 1}));
for (;;) JSON.parse(text);

const numbers = [];
for (let i = 0; ; ++i) numbers.push(i + 0.5);

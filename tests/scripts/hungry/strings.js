let strings = [];
for (let i = 0; ; ++i) strings.push('x'.repeat(1000) + i);

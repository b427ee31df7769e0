for (let i = 0; i < 100_000; ++i)
  console.log('line %d', i);

// deadline_exceeded: multiplies BigInts
for (let x = 3n; ; x = x ** 2n % (2n ** 4001n));

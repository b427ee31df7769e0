// output_limit_exceeded: writes one string sixty thousand times in one line
console.log.apply(null, Array(60000).fill("x".repeat(1 << 20)));

// output_limit_exceeded: writes one line of a megabyte
console.log("x".repeat(1e6));

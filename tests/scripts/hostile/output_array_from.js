// output_limit_exceeded: has a built-in write for ever
Array.from({length: 2 ** 30}, console.log);

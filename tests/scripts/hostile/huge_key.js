// heap_limit_exceeded|context_lost|value: uses a string of 256 MB as a key
const key = "k".repeat(2 ** 28) + "!";
({[key]: 1})[key];

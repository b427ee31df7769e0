function inner() {
  return new Error('here').stack.split('\n')[1].trim().replace(__dirname, '.');
}
console.log(inner());

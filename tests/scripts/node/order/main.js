// What runs when: https://nodejs.org/api/process.html#processnexttickcallback-args
console.log('script');
setTimeout(() => console.log('timeout'), 5);
Promise.resolve().then(() => {
  console.log('promise 1');
  process.nextTick(() => console.log('tick from promise'));
}).then(() => console.log('promise 2'));
queueMicrotask(() => console.log('microtask'));
process.nextTick((...args) => {
  console.log('tick 1', ...args);
  process.nextTick(() => console.log('tick from tick'));
}, 1, 'two');
process.nextTick(() => console.log('tick 2'));
process.on('beforeExit', (code) => {
  console.log('beforeExit', code);
  if (!global.again) {
    global.again = true;
    setTimeout(() => console.log('more work'), 1);
  }
});
process.once('exit', (code) => {
  console.log('exit', code, process.exitCode);
  process.nextTick(() => console.log('never'));
  setTimeout(() => console.log('never'), 0);
});
console.log('end of script');

// value: rejects at the end of 2,000 asynchronous modules, near the end of its stack
const vm = require('node:vm');
const context = vm.createContext({}, { microtaskMode: 'afterEvaluate' });
function step(source, next) {
  const module = new vm.SourceTextModule(source, { context });
  module.linkRequests(next ? [next] : []);
  module.instantiate();
  module.evaluate().catch(() => {});
  return module;
}
let last = step('await new Promise((resolve, reject) => { globalThis.reject = reject; });');
for (let i = 0; i < 2000; ++i)
  last = step('import "next"; await 0;', last);
let done = false;
function deeper() {
  try {
    deeper();
  } catch {
    // the stack is full: here
  }
  if (!done)
    try {
      vm.runInContext('reject(1)', context);
      done = true;
    } catch {
      // a little less deep, then
    }
}
deeper();
last.status;

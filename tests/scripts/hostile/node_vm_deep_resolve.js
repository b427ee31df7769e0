// value: resolves exports through 2,000 modules, near the end of its stack
const vm = require('node:vm');
function step(source, next) {
  const module = new vm.SourceTextModule(source);
  module.linkRequests(next ? [next] : []);
  module.instantiate();
  return module;
}
let last = step('export let x = 1;');
for (let i = 0; i < 2000; ++i)
  last = step('export * from "next";', last);
let left = 300;
function deeper() {
  try {
    deeper();
  } catch {
    // the stack is full: here
  }
  if (left-- <= 0)
    throw new Error('enough');
  try {
    step('import { x } from "next";', last);
    Object.keys(last.namespace);
  } catch {
    // it may be refused
  }
}
try {
  deeper();
} catch {
  // enough
}
last.status;

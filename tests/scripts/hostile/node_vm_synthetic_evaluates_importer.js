// value: a synthetic module evaluates a module that imports it
const vm = require('node:vm');
let refused;
const made = new vm.SyntheticModule(['x'], () => {
  refused = importer.evaluate();
});
const importer = new vm.SourceTextModule('import "made";');
importer.linkRequests([made]);
importer.instantiate();
made.evaluate();
refused.then(() => { throw new Error('it was evaluated'); }, (error) => error.code);

// The module loader of tests that replace what a module requires and sees.
const SandboxedModule = require('sandboxed-module');

const loaded = SandboxedModule.load('./user', {
  requires: { './dep': { v: 40 } },
  globals: { extra: 2 },
});
console.log(loaded.exports.sum, Object.keys(loaded.required), loaded.exports.own, loaded.exports.missing);
console.log(SandboxedModule.require('./user', { globals: { extra: 5 } }).sum, require('./user').own);
console.log(SandboxedModule.require('./user', { locals: { extra: 7 }, sourceTransformers: { doubled: (text) => text.replace('+ extra', '+ extra * 2') } }).sum);

// value: makes an object a context while it is made one
const vm = require('node:vm');
const object = {};
const made = vm.createContext(object, { get name() { return vm.createContext(object) && 'x'; } });
if (made !== object || vm.runInContext('1 + 1', object) !== 2)
  throw new Error('it is no context');

// value: evaluates a module again whose cycle has failed
const vm = require('node:vm');
const make = (source) => new vm.SourceTextModule(source);
const root = make('import "a";');
const a = make('import "b"; import "c";');
const b = make('import "a"; await new Promise(() => {});');
const c = make('await 0; throw 1;');
root.linkRequests([a]);
a.linkRequests([b, c]);
b.linkRequests([a]);
c.linkRequests([]);
root.instantiate();
root.evaluate().catch(() => b.evaluate()).then(() => { throw new Error('it has not failed'); }, (error) => error);

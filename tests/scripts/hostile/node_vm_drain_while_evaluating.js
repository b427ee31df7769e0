// value: runs a script in a context, and so its microtasks, while a module of it is evaluated
const vm = require('node:vm');
const context = vm.createContext({ run: () => vm.runInContext('1', context) }, { microtaskMode: 'afterEvaluate' });
const make = (source) => new vm.SourceTextModule(source, { context });
const x = make('await 0;');
const y = make('run();');
const root = make('import "x"; import "y";');
x.linkRequests([]);
y.linkRequests([]);
root.linkRequests([x, y]);
root.instantiate();
root.evaluate().then(() => root.status);

// value: has modules evaluated by a module of their graph that is being evaluated
const vm = require('node:vm');
const sources = {
  z: 'import "q";', q: 'import "p";', p: 'reenter();',
  n: 'import "r";', r: 'import "s"; await 0; throw 1;', s: 'import "q";',
};
const modules = {};
for (const name in sources)
  modules[name] = new vm.SourceTextModule(sources[name], { identifier: name });
for (const name in modules)
  modules[name].linkRequests(modules[name].moduleRequests.map(({ specifier }) => modules[specifier]));
modules.z.instantiate();
modules.n.instantiate();
let told;
globalThis.reenter = () => {
  told = modules.n.evaluate().catch((error) => modules.s.evaluate().then(() => error.code));
};
modules.z.evaluate();
told;

// value|heap_limit_exceeded: makes 500 random graphs of modules that link and evaluate each other meanwhile
const vm = require('node:vm');

let seed = 1;
const below = (n) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff, (seed >> 8) % n);
const one = (of) => of[below(of.length)];
const tick = () => new Promise((resolve) => setImmediate(resolve));
const quietly = (action) => {
  try {
    const given = action();
    given?.catch?.(() => {});
    return given;
  } catch {
    // wrong moves are what this is about
  }
};

let modules = [];
globalThis.host = {
  evaluate: () => quietly(() => one(modules).evaluate(below(4) === 0 ? { timeout: 1 + below(5) } : {})),
  instantiate: () => quietly(() => one(modules).instantiate()),
  link: () => quietly(() => link(one(modules))),
  names: () => quietly(() => Object.keys(one(modules).namespace)),
  nested: () => quietly(() => vm.runInNewContext('f()', { f: host.evaluate }, { timeout: 5 })),
  later: tick,
};

const imports = [
  (to) => `import "${to}";`, (to) => `export * from "${to}";`, (to) => `import { x } from "${to}";`,
  (to) => `import * as n${below(1e6)} from "${to}";`, (to) => `export { default as y } from "${to}";`,
];
const bodies = [
  '', 'export let x = 1;', 'export default function () {};', 'await 0;', 'throw new Error("no");',
  'await 0; throw 2;', 'host.evaluate();', 'await host.evaluate();', 'host.names();', 'await host.later();',
  'host.instantiate();', 'host.nested();', 'await new Promise(() => {});', 'host.link();',
  'import("m0").catch(() => {});', 'await import("m1");',
];

function link(module) {
  return module.linkRequests(module.moduleRequests.map(() => one(modules)));
}

function make(count, context) {
  const make = {
    context,
    importModuleDynamically: () => one([one(modules), undefined, new Promise(() => {})]),
    initializeImportMeta: () => below(3) || host.evaluate(),
  };
  if (below(6) === 0)
    return new vm.SyntheticModule(['x', 'default'], () => one([host.names, host.evaluate, tick])(), { context });
  let source = '';
  for (let i = below(4); i > 0; --i)
    source += one(imports)(`m${below(count)}`);
  for (let i = below(4); i > 0; --i)
    source += `${one(bodies)}\n`;
  return quietly(() => new vm.SourceTextModule(source, make)) ?? new vm.SourceTextModule('', { context });
}

(async () => {
  for (let round = 0; round < 500; ++round) {
    const count = 2 + below(7);
    const context = below(3) === 0 ?
      vm.createContext({ host }, below(2) ? { microtaskMode: 'afterEvaluate' } : {}) : undefined;
    modules = [];
    for (let i = 0; i < count; ++i)
      modules.push(make(count, context));
    for (const module of modules)
      quietly(() => (below(3) === 0 ? module.link(() => one(modules)) : link(module)));
    await tick();
    for (let i = 0; i < 2 * count; ++i)
      one([host.instantiate, host.evaluate])();
    await tick();
  }
  return 'ended';
})();

// node:vm: contexts, runs, globals, modules, timeouts. Runs in Node (with
// --experimental-vm-modules) and in Troupe; options in measure.mjs.

import vm from 'node:vm';

import { main } from './measure.mjs';

const cases = [];
let last; // results must go somewhere

function add(name, count, prepare) {
  cases.push({ name, count, prepare });
}

// An operation that knows nothing of how often it runs.
function repeat(name, count, prepare) {
  add(name, count, (scaled) => {
    const operation = prepare(scaled);
    return (times) => {
      for (let i = 0; i < times; ++i)
        last = operation(i);
    };
  });
}

// -- contexts ---------------------------------------------------------------------------

repeat('createContext', 100, () => () => vm.createContext({}));
repeat('createContext, not contextified', 100,
       () => () => vm.createContext(vm.constants.DONT_CONTEXTIFY));
repeat('isContext', 100_000, () => {
  const context = vm.createContext({});
  return () => vm.isContext(context);
});

// -- runs -------------------------------------------------------------------------------

repeat('script.runInContext, trivial', 20_000, () => {
  const script = new vm.Script('1 + 1');
  const context = vm.createContext({});
  return () => script.runInContext(context);
});
repeat('script.runInThisContext, trivial', 20_000, () => {
  const script = new vm.Script('1 + 1');
  return () => script.runInThisContext();
});
repeat('runInContext, trivial', 10_000, () => {
  const context = vm.createContext({});
  return () => vm.runInContext('1 + 1', context);
});
repeat('runInThisContext, trivial', 10_000, () => () => vm.runInThisContext('1 + 1'));
repeat('runInNewContext, trivial', 100, () => () => vm.runInNewContext('x + 1', { x: 1 }));
repeat('runInContext, an error', 2_000, () => {
  const context = vm.createContext({});
  return () => {
    try {
      vm.runInContext('throw new Error("no")', context);
    } catch {
      // expected
    }
  };
});
repeat('new Script, sources that differ', 2_000, () => {
  let next = 0;
  return () => new vm.Script(`(function () { return ${next++}; })`);
});
repeat('compileFunction, sources that differ', 2_000, () => {
  let next = 0;
  return () => vm.compileFunction(`return a + ${next++}`, ['a']);
});
repeat('new Script, 100 KB', 10, () => {
  let source = '';
  while (source.length < 100_000)
    source += `function f${source.length}(a, b) { return a + b * ${source.length}; }\n`;
  let next = 0;
  return () => new vm.Script(`${source}// ${next++}`);
});

// -- timeouts ---------------------------------------------------------------------------

repeat('script.runInContext, trivial, with a timeout', 2_000, () => {
  const script = new vm.Script('1 + 1');
  const context = vm.createContext({});
  const options = { timeout: 10_000 };
  return () => script.runInContext(context, options);
});
repeat('script.runInContext, trivial, breakOnSigint', 1_000, () => {
  const script = new vm.Script('1 + 1');
  const context = vm.createContext({});
  const options = { breakOnSigint: true };
  return () => script.runInContext(context, options);
});

// -- globals ----------------------------------------------------------------------------

// A hot loop inside a context, whose body uses globals.
function hot(name, count, body, makeGlobals = () => ({ x: 1 }), before = '') {
  add(name, count, () => {
    const context = vm.createContext(makeGlobals());
    const source = `${before};
(function (times) { let sum = 0; for (let i = 0; i < times; ++i) { ${body} } return sum; })`;
    return vm.runInContext(source, context);
  });
}

hot('a global, read', 200_000, 'sum += x;');
hot('a global, written', 100_000, 'x = i;');
hot('a global, read and written', 100_000, 'x += i;');
hot('a global, written in strict mode', 100_000, 'x = i;', undefined, '"use strict"');
hot('a property of globalThis, read', 200_000, 'sum += globalThis.x;');
hot('a property of globalThis, written', 100_000, 'globalThis.x = i;');
hot('a declared variable, read', 200_000, 'sum += y;', undefined, 'var y = 1');
hot('a declared variable, written', 100_000, 'y = i;', undefined, 'var y = 1');
hot('a function of the object, called', 100_000, 'sum += f(i);', () => ({ f: (x) => x + 1 }));
hot('a declared function, called', 100_000, 'sum += f(i);', undefined,
    'function f(x) { return x + 1; }');
hot('a built-in of the context, called', 100_000, 'sum += Math.min(i, 7);');
hot('typeof of a name that is missing', 100_000, 'sum += typeof missing === "undefined" ? 1 : 0;');
hot('a name in globalThis', 100_000, 'sum += "x" in globalThis ? 1 : 0;');
hot('a global among 1,000, read', 200_000, 'sum += x;', () => {
  const many = { x: 1 };
  for (let i = 0; i < 1_000; ++i)
    many[`name${i}`] = i;
  return many;
});
hot('an accessor of the object, read', 100_000, 'sum += x;', () => ({
  get x() {
    return 1;
  },
}));
hot('names defined and deleted', 20_000, 'globalThis["n" + i % 100] = i; delete globalThis["n" + i % 100];');
hot('the keys of 100 globals', 200, 'sum += Object.keys(globalThis).length;', () => {
  const many = {};
  for (let i = 0; i < 100; ++i)
    many[`name${i}`] = i;
  return many;
});
hot('let and const, in one context', 1_000_000, 'z = z + w;', undefined, 'let z = 0; const w = 1');

// -- modules ----------------------------------------------------------------------------

// A binary tree; the sources differ from graph to graph.
let graphs = 0;

function makeModules(context, size) {
  const graph = graphs++;
  const modules = new Map();
  for (let i = 0; i < size; ++i) {
    const imports = [2 * i + 1, 2 * i + 2].filter((child) => child < size);
    const source = imports.map((child) => `import { v as v${child} } from 'm${child}';\n`).join('') +
      `export const v = ${[1, ...imports.map((child) => `v${child}`)].join(' + ')}; // ${graph}`;
    modules.set(`m${i}`, new vm.SourceTextModule(source, { context, identifier: `m${i}` }));
  }
  return modules;
}

function check(root, size) {
  if (root.namespace.v !== size)
    throw new Error('the graph is wrong');
}

add('modules: compile, link(), evaluate, per module', 1_000, () => {
  const context = vm.createContext({});
  return async (size) => {
    const modules = makeModules(context, size);
    const root = modules.get('m0');
    await root.link((specifier) => modules.get(specifier));
    await root.evaluate();
    check(root, size);
  };
});
add('modules: compile, linkRequests(), evaluate, per module', 1_000, () => {
  const context = vm.createContext({});
  return async (size) => {
    const modules = makeModules(context, size);
    for (const module of modules.values())
      module.linkRequests(module.moduleRequests.map(({ specifier }) => modules.get(specifier)));
    const root = modules.get('m0');
    root.instantiate();
    await root.evaluate();
    check(root, size);
  };
});
add('modules: synthetic, made and evaluated', 500, () => async (count) => {
  for (let i = 0; i < count; ++i) {
    const module = new vm.SyntheticModule(['a', 'b'], () => {
      module.setExport('a', i);
      module.setExport('b', i);
    });
    await module.link(() => {});
    await module.evaluate();
  }
});
add('modules: import() by importModuleDynamically', 2_000, async () => {
  const context = vm.createContext({});
  const module = new vm.SourceTextModule('export default 1', { context });
  await module.link(() => {});
  await module.evaluate();
  const script = new vm.Script('(async (times) => { for (let i = 0; i < times; ++i) await import("m"); })',
                               { importModuleDynamically: () => module });
  return script.runInContext(context);
});

await main(cases);

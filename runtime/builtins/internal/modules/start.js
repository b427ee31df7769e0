'use strict';

// How a program begins and ends (`troupe run`, `Module.runMain`).

const {
  ObjectDefineProperty,
  PromisePrototypeThen,
  StringPrototypeIncludes,
  SymbolToStringTag,
  globalThis,
} = primordials;

const builtin = require('internal/modules/builtin');
const { Module, findFile, isModuleText, makeRequire, readSource } =
  require('internal/modules/cjs');
const {
  extensionOf, give, modulePaths, packageOf, resolvePath,
} = require('internal/modules/resolve');
const { finish: end, process, settings, terminals } = require('internal/process');
const { wantsColour } = require('internal/util/colour');
const { guard, report, write } = internalBinding('process');
const binding = internalBinding('modules');

let mainName;

const esm = () => require('internal/modules/esm');

// As the last one that could have caught it.
const orReport = (main) => PromisePrototypeThen(main.promise, () => {}, (error) => {
  report(error, () => require('internal/modules/explain').explain(error, main.url, main.awaits));
});

function configure(options) {
  const out = wantsColour(terminals.out);
  const err = wantsColour(terminals.err);
  if (out || err) {
    const { colors } = require('internal/console');
    colors.out = out;
    colors.err = err;
  }
  const keys = primordials.ObjectKeys(options);
  for (let i = 0; i < keys.length; ++i)
    settings[keys[i]] = options[keys[i]];
  process.noDeprecation = options.noDeprecation === true;
  process.throwDeprecation = settings.throwDeprecation === true;
  process.traceDeprecation = options.traceDeprecation === true;
  const { NODE_CHANNEL_FD: channel } = process.env;
  if (channel !== undefined) {
    delete process.env.NODE_CHANNEL_FD;
    delete process.env.NODE_CHANNEL_SERIALIZATION_MODE;
    require('internal/child_process/channel').openOwn(process, primordials.Number(channel));
  }
}

// A file as the main module. A promise when it is an ECMAScript module.
function runFile(file) {
  let path = resolvePath(process.cwd(), file);
  path = findFile(path, false) ?? path;
  if (esm().isModuleFile(path))
    return orReport(esm().importFile(path));
  const extension = extensionOf(path);
  if ((extension === '.js' || extension === '') && (packageOf(path)?.type ?? 'none') === 'none') {
    // Without a type, the text tells.
    let isModule = false;
    guard(() => {
      isModule = isModuleText(readSource(path), path);
    });
    if (isModule)
      return orReport(esm().importFile(path));
  }
  guard(function executeUserEntryPoint() {
    Module._load(path, null, true);
  });
  return undefined;
}

// Code that is no file sees what a CommonJS module sees, as globals.
function prepareGlobals(name) {
  const module = new Module(name);
  module.filename = resolvePath(process.cwd(), name);
  module.paths = modulePaths(process.cwd());
  const hidden = { module, exports: module.exports, require: makeRequire(module),
                   __filename: name, __dirname: '.', __proto__: null };
  const names = primordials.ObjectKeys(hidden);
  for (let i = 0; i < names.length; ++i)
    ObjectDefineProperty(globalThis, names[i], {
      __proto__: null, value: hidden[names[i]], writable: true, enumerable: true,
      configurable: true,
    });
  prepareBuiltins();
}

// Built-in modules as globals.
function prepareBuiltins() {
  for (let i = 0; i < builtin.known.length; ++i) {
    const id = builtin.known[i];
    if (StringPrototypeIncludes(id, '/') || StringPrototypeIncludes(id, ':') || id in globalThis)
      continue;
    const set = (value) => ObjectDefineProperty(globalThis, id, {
      __proto__: null, value, writable: true, enumerable: true, configurable: true,
    });
    ObjectDefineProperty(globalThis, id, {
      __proto__: null,
      get() {
        const found = builtin.find(id);
        set(found);
        return found;
      },
      set,
      enumerable: false,
      configurable: true,
    });
  }
}

// Code as a script, or, when it can be nothing else, as a module.
// @returns its value.
function runCode(code, name, mayBeModule, whenDone) {
  if (mayBeModule && isModuleText(code, name))
    return runModule(code);
  prepareGlobals(name);
  let value;
  guard(() => {
    value = binding.runScript(code, name);
    whenDone?.(value);
  });
  return value;
}

function runModule(code) {
  prepareBuiltins();
  return orReport(esm().importSource(code, '[eval1]'));
}

function print(value) {
  const { inspect } = require('internal/util/inspect');
  const text = typeof value === 'string' ? value :
    inspect(value, { colors: wantsColour(terminals.out) });
  write(false, `${text}\n`);
}

// Modules that run before the program, by names that are looked up from the working directory.
function preload(required, imported, main) {
  const from = new Module('internal/preload');
  from.filename = resolvePath(process.cwd(), 'internal');
  from.paths = modulePaths(process.cwd());
  const requireModule = makeRequire(from);
  for (let i = 0; i < required.length; ++i)
    guard(() => {
      requireModule(required[i]);
    });
  if (imported.length === 0)
    return main();
  let current;
  const importAll = async () => {
    for (let i = 0; i < imported.length; ++i) {
      current = esm().importFromFolder(imported[i]);
      await current.promise;
    }
  };
  return PromisePrototypeThen(importAll(), main, (error) => report(
    error,
    () => require('internal/modules/explain').explain(error, current?.url, current?.awaits)));
}

function run(what) {
  if (what.file !== undefined)
    return runFile(what.file);
  if (what.isModule)
    return runModule(what.code);
  if (what.print) {
    runCode(what.code, what.name, false, print);
    return undefined;
  }
  const value = runCode(what.code, what.name, !what.wantsValue);
  return what.wantsValue ? value : undefined;
}

// What the host begins a program with.
const host = {
  __proto__: null,
  // { file } or { code, name, isModule, print, wantsValue }, and `settings`
  start(what) {
    configure(what.settings);
    ObjectDefineProperty(globalThis, SymbolToStringTag,
                         { __proto__: null, value: 'global', configurable: true });
    esm();
    mainName = what.file ?? what.name;
    if (what.text !== undefined)
      give(resolvePath(process.cwd(), what.file), what.text);
    const { required, imported } = what.settings;
    if (required.length === 0 && imported.length === 0)
      return run(what);
    return preload(required, imported, () => run(what));
  },
  // With 13: something awaits at its top what will not come.
  finish(code) {
    if (code === 13 && settings.warnings)
      write(true, 'Warning: Detected unsettled top-level await at ' +
        `${binding.stalledAwait() ?? mainName}\n\n\n`);
    end(code);
  },
};

module.exports = { host, runFile };

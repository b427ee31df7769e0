'use strict';

// What `import` gets: finds modules for the native side, which loads, links and evaluates
// them (https://nodejs.org/api/esm.html).

const {
  ArrayPrototypeIncludes,
  ArrayPrototypePush,
  ObjectKeys,
  RegExpPrototypeExec,
  Set,
  SetPrototypeAdd,
  SetPrototypeHas,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  decodeURIComponent,
} = primordials;

const {
  codes: {
    ERR_IMPORT_ATTRIBUTE_MISSING, ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE,
    ERR_IMPORT_ATTRIBUTE_UNSUPPORTED, ERR_INVALID_URL, ERR_REQUIRE_CYCLE_MODULE,
    ERR_UNKNOWN_FILE_EXTENSION, ERR_UNKNOWN_MODULE_FORMAT,
  },
} = require('internal/errors');
const builtin = require('internal/modules/builtin');
const { Module, isModuleText, mainFile, readSource } = require('internal/modules/cjs');
const {
  dirname, extensionOf, packageOf, resolveImport, splitTail, textGiven, toPath, toURL,
} = require('internal/modules/resolve');
const { process } = require('internal/process');
const { validateString } = require('internal/validators');
const binding = internalBinding('modules');

const facade = 'troupe:facade:';
const input = 'troupe:input:';

// Sources that come from the command line, by URL.
const inputs = { __proto__: null };
let main;

// What paths are relative to. Code of the command line has a name in the current folder, other
// code that is no file is there without one.
function placeOf(referrer) {
  if (StringPrototypeStartsWith(referrer, '/') || StringPrototypeStartsWith(referrer, 'file://') ||
      StringPrototypeStartsWith(referrer, 'data:'))
    return referrer;
  return `${process.cwd()}/${referrer === '[eval]' || referrer === '[stdin]' ? referrer : ''}`;
}

// -- CommonJS and built-ins ---------------------------------------------------------------

// Names of a CommonJS file's exports, with those of the modules that it passes on.
function namesOf(path, seen) {
  if (ArrayPrototypeIncludes(seen, path))
    return [];
  ArrayPrototypePush(seen, path);
  const cached = Module._cache[path];
  if (cached?.loaded) {
    const { exports } = cached;
    return exports !== null && (typeof exports === 'object' || typeof exports === 'function') ?
      ObjectKeys(exports) : [];
  }
  const { exportsOf } = require('internal/modules/exports_of');
  const { names, reexports } = exportsOf(readSource(path));
  const known = new Set();
  for (let i = 0; i < names.length; ++i)
    SetPrototypeAdd(known, names[i]);
  for (let i = 0; i < reexports.length; ++i) {
    let more = [];
    try {
      const parent = new Module(path);
      parent.filename = path;
      parent.paths = Module._nodeModulePaths(dirname(path));
      const found = Module._resolveFilename(reexports[i], parent);
      if (builtin.isBuiltin(found))
        more = ObjectKeys(builtin.find(found));
      else if (extensionOf(found) !== '.json')
        more = namesOf(found, seen);
    } catch {
      // `require` will tell.
    }
    for (let k = 0; k < more.length; ++k)
      if (!SetPrototypeHas(known, more[k])) {
        SetPrototypeAdd(known, more[k]);
        ArrayPrototypePush(names, more[k]);
      }
  }
  return names;
}

// A module whose exports are the properties of what `load` gives.
function synthetic(url, names, load, hasWhole) {
  const all = ['default'];
  if (hasWhole)
    ArrayPrototypePush(all, 'module.exports');
  for (let i = 0; i < names.length; ++i)
    if (names[i] !== 'default' && (!hasWhole || names[i] !== 'module.exports'))
      ArrayPrototypePush(all, names[i]);
  const evaluate = () => {
    const exports = load();
    const values = [];
    const isObject = exports !== null &&
      (typeof exports === 'object' || typeof exports === 'function');
    for (let i = 0; i < all.length; ++i) {
      let value;
      if (i === 0 || (hasWhole && i === 1))
        value = exports;
      else if (isObject)
        value = exports[all[i]];
      ArrayPrototypePush(values, value);
    }
    return values;
  };
  return { __proto__: null, url, kind: 'synthetic', names: all, evaluate };
}

function findBuiltin(url) {
  const exports = builtin.find(url);
  return synthetic(url, ObjectKeys(exports), () => exports, false);
}

const findCommonJS = (url, path) =>
  synthetic(url, namesOf(path, []), () => Module._load(path, undefined, false), true);

// -- data: --------------------------------------------------------------------------------

function findData(url) {
  const parts = RegExpPrototypeExec(/^data:([^,;]*)((?:;[^,;]*)*),([^]*)$/, url);
  if (parts === null)
    throw new ERR_INVALID_URL(url);
  const kinds = { 'text/javascript': 'javascript', 'application/json': 'json',
                  'application/wasm': 'wasm', '__proto__': null };
  const kind = kinds[parts[1]];
  if (kind === undefined)
    throw new ERR_UNKNOWN_MODULE_FORMAT(parts[1] || null, url);
  let { 3: source } = parts;
  source = RegExpPrototypeExec(/;base64$/, parts[2]) !== null ?
    require('internal/buffer').Buffer.from(decodeURIComponent(source), 'base64').toString() :
    decodeURIComponent(splitTail(source)[0]);
  return { __proto__: null, url, kind, source };
}

// Does the attribute say what the module is? A JSON module has to be asked for.
function checkType(url, kind, type) {
  if (type === undefined) {
    if (kind === 'json')
      throw new ERR_IMPORT_ATTRIBUTE_MISSING(url, 'type', 'json');
  } else if (kind !== type) {
    throw new ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE(url, type);
  }
}

// -- finding ------------------------------------------------------------------------------

function kindOf(path, type) {
  if (type === 'text' || type === 'bytes')
    return type;
  switch (extensionOf(path)) {
    case '.mjs':
      return 'javascript';
    case '.cjs':
      return 'commonjs';
    case '.json':
      return 'json';
    case '.wasm':
      return 'wasm';
    case '.js':
    case '': {
      const declared = packageOf(path)?.type ?? 'none';
      if (declared !== 'none')
        return declared === 'module' ? 'javascript' : 'commonjs';
      return isModuleText(readSource(path), path) ? 'javascript' : 'commonjs';
    }
    default:
      throw new ERR_UNKNOWN_FILE_EXTENSION(extensionOf(path), path);
  }
}

// What the native side asks for each import.
function find(specifier, referrer, type) {
  if (inputs[specifier] !== undefined)
    return { __proto__: null, url: specifier, kind: 'javascript', source: inputs[specifier] };
  if (StringPrototypeStartsWith(specifier, facade)) {
    const of = `'${StringPrototypeSlice(specifier, facade.length)}'`;
    return { __proto__: null, url: specifier, kind: 'javascript',
             source: `export * from ${of}; export { default } from ${of}; ` +
                     'export const __esModule = true;' };
  }
  const { url, path } = resolveImport(specifier, placeOf(referrer));
  if (type !== undefined && type !== 'json' && type !== 'text' && type !== 'bytes')
    throw new ERR_IMPORT_ATTRIBUTE_UNSUPPORTED('type', type, url);
  if (path === undefined) {
    const isBuiltin = StringPrototypeStartsWith(url, 'node:');
    const found = isBuiltin ? findBuiltin(url) : findData(url);
    checkType(url, found.kind, type);
    return found;
  }
  const kind = kindOf(path, type);
  checkType(url, kind, type);
  if (kind === 'commonjs')
    return findCommonJS(url, path);
  return { __proto__: null, url, kind, path, source: textGiven(path) };
}

function initMeta(meta, url) {
  if (StringPrototypeStartsWith(url, 'file:')) {
    const path = toPath(splitTail(url)[0]);
    meta.dirname = dirname(path);
    meta.filename = path;
  }
  meta.main = url === main?.url;
  meta.resolve = function resolve(specifier) {
    validateString(`${specifier}`, 'specifier');
    try {
      return resolveImport(`${specifier}`, url).url;
    } catch (error) {
      // What is not there has a URL all the same.
      if (error.code === 'ERR_MODULE_NOT_FOUND' && typeof error.url === 'string')
        return error.url;
      if (error.code === 'ERR_UNSUPPORTED_ESM_URL_SCHEME')
        return `${specifier}`;
      throw error;
    }
  };
  meta.url = url;
}

// A module that `require` wants leads to the one at `url`, whose evaluation may have begun. One
// that is not through is refused.
function refuseCycle(specifier, referrer, url, hasBegun) {
  const path = StringPrototypeStartsWith(url, 'file:') ? toPath(splitTail(url)[0]) : undefined;
  const cached = path === undefined ? undefined : Module._cache[path];
  if (cached === undefined ? !hasBegun : cached.loaded)
    return;
  const from = StringPrototypeStartsWith(referrer, 'file:') ? toPath(splitTail(referrer)[0]) :
    referrer;
  throw new ERR_REQUIRE_CYCLE_MODULE(
    `Cannot import ${hasBegun ? '' : 'CommonJS '}Module ${specifier} in a cycle. (from ${from})`);
}

// The graph of `root` has failed with `error`.
function onFailed(error, root, hasAwait) {
  if (root === main?.url)
    main.awaits = hasAwait; // it is told when it is reported
  else
    require('internal/modules/explain').explain(error, root, hasAwait);
}

// An import of `url` cannot be linked: `line` is where its text says so.
function onUnlinked(error, url, line) {
  require('internal/modules/explain').explainLink(error, line, (specifier) => {
    const { path } = resolveImport(specifier, placeOf(url));
    return path !== undefined && kindOf(path, undefined) === 'commonjs';
  });
}

binding.setHooks([find, initMeta, refuseCycle, onFailed, onUnlinked]);

// -- the main module ------------------------------------------------------------------------

// Its URL, the promise of its namespace, and, when that is rejected, whether it awaits something
// at its top.
function importMain(url) {
  main = { __proto__: null, url, promise: undefined, awaits: false };
  main.promise = binding.importModule(url, '');
  return main;
}

const importFile = (path) => importMain(toURL(path));

// What an `import` in the working directory would import.
const importFromFolder = (specifier) => {
  const { url, path } = resolveImport(specifier, `${process.cwd()}/`);
  return importMain(path === undefined ? url : toURL(path));
};

function importSource(source, name) {
  const url = toURL(`${process.cwd()}/${name}`);
  inputs[url] = source;
  return importMain(url);
}

const isModuleFile = (path) => {
  const extension = extensionOf(path);
  if (extension === '.mjs')
    return true;
  return extension === '.js' && packageOf(path)?.type === 'module';
};

module.exports = { importFile, importFromFolder, importSource, isModuleFile, mainFile };

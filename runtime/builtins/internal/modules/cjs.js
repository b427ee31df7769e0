'use strict';

// CommonJS (https://nodejs.org/api/modules.html). `Module` is what `node:module` gives, so
// scripts may replace its parts, as many tools do: nothing here keeps what it needs of them.

const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeIndexOf,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  ArrayPrototypeSplice,
  Error,
  JSONParse,
  ObjectDefineProperty,
  ObjectHasOwn,
  ObjectKeys,
  ReflectApply,
  RegExpPrototypeExec,
  StringPrototypeCharCodeAt,
  StringPrototypeEndsWith,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  SyntaxError,
  WeakMap,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;

const { codes } = require('internal/errors');
const {
  ERR_INVALID_ARG_VALUE, ERR_REQUIRE_ASYNC_MODULE, ERR_REQUIRE_CYCLE_MODULE,
  ERR_UNKNOWN_BUILTIN_MODULE,
} = codes;
const builtin = require('internal/modules/builtin');
const {
  basename, dirname, isRelative, kind, modulePaths, packageOf, parsePackage,
  readPackage, readText, realpath, resolveExports, resolveImports, resolvePath, resolveSelf,
  toPath, toURL,
} = require('internal/modules/resolve');
const { process } = require('internal/process');
const { validateString } = require('internal/validators');
const { compileFunction, requireModule } = internalBinding('modules');

const requireConditions = ['node', 'require', 'module-sync', 'node-addons'];
const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];

const parents = new WeakMap();

function Module(id = '', parent = undefined) {
  this.id = id;
  this.path = id === '.' || id === '' || !StringPrototypeStartsWith(id, '/') ? '.' : dirname(id);
  this.exports = {};
  WeakMapPrototypeSet(parents, this, parent);
  if (parent?.children && !ArrayPrototypeIncludes(parent.children, this))
    ArrayPrototypePush(parent.children, this);
  this.filename = null;
  this.loaded = false;
  this.children = [];
}

ObjectDefineProperty(Module.prototype, 'parent', {
  __proto__: null,
  get() {
    return WeakMapPrototypeGet(parents, this);
  },
  set(value) {
    WeakMapPrototypeSet(parents, this, value);
  },
  configurable: true,
});

Module.builtinModules = builtin.known;
Module._cache = { __proto__: null };
Module._pathCache = { __proto__: null };
Module._extensions = { __proto__: null };
Module.globalPaths = [];
Module.wrapper = [
  '(function (exports, require, module, __filename, __dirname) { ',
  '\n});',
];
Module.wrap = (script) => Module.wrapper[0] + script + Module.wrapper[1];
Module.isBuiltin = (name) => builtin.isBuiltin(name);
Module._nodeModulePaths = (from) => modulePaths(resolvePath(process.cwd(), from));
Module.syncBuiltinESMExports = function syncBuiltinESMExports() {};
Module.Module = Module;

// -- which file -------------------------------------------------------------------------

function tryExtensions(path, extensions) {
  for (let i = 0; i < extensions.length; ++i)
    if (kind(path + extensions[i]) === 0)
      return path + extensions[i];
  return undefined;
}

// The file that a path means: as it is, with an extension, or as a folder.
function findFile(path, mustBeFolder) {
  const extensions = ObjectKeys(Module._extensions);
  const what = kind(path);
  if (!mustBeFolder) {
    if (what === 0)
      return realpath(path);
    const found = tryExtensions(path, extensions);
    if (found !== undefined)
      return realpath(found);
  }
  if (what !== 1)
    return undefined;
  const main = readPackage(path)?.main;
  let found;
  if (main) {
    const target = resolvePath(path, main);
    if (kind(target) === 0)
      found = target;
    found ??= tryExtensions(target, extensions) ??
      tryExtensions(`${target}/index`, extensions);
  }
  found ??= tryExtensions(path === '/' ? '/index' : `${path}/index`, extensions);
  if (found === undefined && main) {
    const error = new Error(
      `Cannot find module '${resolvePath(path, main)}'. Please verify that the package.json ` +
      'has a valid "main" entry');
    error.code = 'MODULE_NOT_FOUND';
    error.path = path === '/' ? '/package.json' : `${path}/package.json`;
    error.requestPath = path;
    throw error;
  }
  return found === undefined ? undefined : realpath(found);
}

Module._findPath = function(request, paths, isMain) {
  const mustBeFolder = StringPrototypeEndsWith(request, '/') || request === '.' ||
    request === '..' || StringPrototypeEndsWith(request, '/.') ||
    StringPrototypeEndsWith(request, '/..');
  if (StringPrototypeStartsWith(request, '/'))
    return findFile(resolvePath('/', request), mustBeFolder) ?? false;
  if (!paths)
    return false;
  const isPackage = !isRelative(request);
  const parts = isPackage ? parsePackage(request) : undefined;
  for (let i = 0; i < paths.length; ++i) {
    const folder = resolvePath(process.cwd(), paths[i]);
    if (kind(folder) !== 1)
      continue;
    if (parts !== undefined) {
      const package_ = readPackage(`${folder}/${parts[0]}`);
      if (package_ !== null && package_.exports !== undefined) {
        const found = resolveExports(package_, parts[1], requireConditions);
        if (kind(found) === 0)
          return realpath(found);
        const error = new Error(`Cannot find module '${found}'`);
        error.code = 'MODULE_NOT_FOUND';
        error.path = `${package_.folder}package.json`;
        throw error;
      }
    }
    const found = findFile(resolvePath(folder, request), mustBeFolder);
    if (found !== undefined)
      return found;
  }
  return false;
};

const folderOf = (parent) => (parent?.filename ? dirname(parent.filename) : process.cwd());

// Where a request is looked for; null for a built-in.
Module._resolveLookupPaths = function(request, parent) {
  if (builtin.isBuiltin(request))
    return null;
  if (isRelative(request))
    return [folderOf(parent)];
  return parent?.paths?.length ? ArrayPrototypeSlice(parent.paths) :
    modulePaths(folderOf(parent));
};

Module._resolveFilename = function(request, parent, isMain, options) {
  if (builtin.isBuiltin(request))
    return request;
  let paths;
  if (options !== null && typeof options === 'object' && options.paths !== undefined) {
    if (!ArrayIsArray(options.paths))
      throw new ERR_INVALID_ARG_VALUE('options.paths', options.paths);
    if (isRelative(request)) {
      ({ paths } = options);
    } else {
      paths = [];
      for (let i = 0; i < options.paths.length; ++i) {
        const more = modulePaths(resolvePath(process.cwd(), options.paths[i]));
        for (let k = 0; k < more.length; ++k)
          if (!ArrayPrototypeIncludes(paths, more[k]))
            ArrayPrototypePush(paths, more[k]);
      }
    }
  } else {
    paths = Module._resolveLookupPaths(request, parent);
  }
  const from = parent?.filename ?? `${process.cwd()}/[eval]`;
  let found;
  if (request[0] === '#') {
    found = resolveImports(request, from, requireConditions);
    if (StringPrototypeStartsWith(found, 'node:'))
      return found;
  } else if (!isRelative(request) && !StringPrototypeStartsWith(request, '/')) {
    found = resolveSelf(request, from, requireConditions);
  }
  if (found !== undefined && kind(found) === 0)
    return realpath(found);
  found = Module._findPath(request, paths, isMain);
  if (found)
    return found;
  const stack = requireStack(parent);
  const error = new Error(`Cannot find module '${request}'${shownStack(stack)}`);
  error.code = 'MODULE_NOT_FOUND';
  error.requireStack = stack;
  throw error;
};

// The modules that led to one: `module` and those that required it.
function requireStack(module) {
  const stack = [];
  for (let at = module; at; at = WeakMapPrototypeGet(parents, at)) {
    const name = at.filename || at.id;
    if (ArrayPrototypeIncludes(stack, name))
      break;
    ArrayPrototypePush(stack, name);
  }
  return stack;
}

const shownStack = (stack) => (stack.length === 0 ? '' :
  `\nRequire stack:\n- ${ArrayPrototypeJoin(stack, '\n- ')}`);

// -- loading ----------------------------------------------------------------------------

Module._load = function(request, parent, isMain) {
  if (StringPrototypeStartsWith(request, 'node:')) {
    const found = builtin.find(request);
    if (found === undefined)
      throw new ERR_UNKNOWN_BUILTIN_MODULE(request);
    return found;
  }
  const filename = Module._resolveFilename(request, parent, isMain);
  const cached = Module._cache[filename];
  if (cached !== undefined) {
    if (parent?.children && !ArrayPrototypeIncludes(parent.children, cached))
      ArrayPrototypePush(parent.children, cached);
    return cached.exports;
  }
  if (builtin.isBuiltin(filename))
    return builtin.find(filename);
  const module = new Module(filename, parent);
  if (isMain) {
    process.mainModule = module;
    module.id = '.';
    mainModule = module;
  }
  Module._cache[filename] = module;
  let failed = true;
  try {
    module.load(filename);
    failed = false;
  } finally {
    if (failed) {
      delete Module._cache[filename];
      const siblings = parent?.children;
      const at = ArrayIsArray(siblings) ? ArrayPrototypeIndexOf(siblings, module) : -1;
      if (at >= 0)
        ArrayPrototypeSplice(siblings, at, 1);
    }
  }
  return module.exports;
};

let mainModule;

Module.prototype.load = function(filename) {
  this.filename = filename;
  this.path = dirname(filename);
  this.paths = Module._nodeModulePaths(this.path);
  // The longest extension that is known, of `name.min.js` too.
  let extension = '.js';
  const name = basename(filename);
  for (let i = 1; i < name.length; ++i) {
    if (name[i] === '.' && Module._extensions[StringPrototypeSlice(name, i)]) {
      extension = StringPrototypeSlice(name, i);
      break;
    }
  }
  if (StringPrototypeEndsWith(filename, '.mjs') && !Module._extensions['.mjs'])
    loadAsModule(this, filename);
  else
    Module._extensions[extension](this, filename);
  this.loaded = true;
};

Module.prototype.require = function(id) {
  validateString(id, 'id');
  if (id === '')
    throw new ERR_INVALID_ARG_VALUE('id', id, 'must be a non-empty string');
  return Module._load(id, this, false);
};

// Does a compiler's error say that the text is an ECMAScript module?
function isModuleError(error) {
  if (!(error instanceof SyntaxError))
    return false;
  const text = `${error.message}`;
  return text === 'Cannot use import statement outside a module' ||
    text === "Cannot use 'import.meta' outside a module" ||
    text === "Unexpected token 'export'" ||
    StringPrototypeStartsWith(text, 'await is only valid in async functions');
}

// Is a file without a type an ECMAScript module, by what is in it? Without one of these words
// it need not be compiled to tell.
const moduleWord = /\b(?:import|export|await)\b/;

function isModuleText(content, filename) {
  if (RegExpPrototypeExec(moduleWord, content) === null)
    return false;
  try {
    compileFunction(content, filename, parameters);
    return false;
  } catch (error) {
    return isModuleError(error);
  }
}

Module.prototype._compile = function(content, filename) {
  validateString(content, 'content');
  const compiled = compileFunction(content, filename, parameters);
  const require = makeRequire(this);
  const { exports } = this;
  return ReflectApply(compiled, exports, [exports, require, this, filename, dirname(filename)]);
};

function stripMark(text) {
  return StringPrototypeCharCodeAt(text, 0) === 0xFEFF ? StringPrototypeSlice(text, 1) : text;
}

function read(filename) {
  const text = readText(filename);
  if (text === undefined) {
    const error = new Error(`Cannot read '${filename}'`);
    error.code = 'MODULE_NOT_FOUND';
    throw error;
  }
  return stripMark(text);
}

Module._extensions['.js'] = function(module, filename) {
  const content = read(filename);
  let type = 'commonjs';
  if (StringPrototypeEndsWith(filename, '.js'))
    type = packageOf(filename)?.type ?? 'none';
  if (type === 'module') {
    loadAsModule(module, filename);
    return;
  }
  if (type === 'none' && isModuleText(content, filename)) {
    loadAsModule(module, filename);
    return;
  }
  module._compile(content, filename);
};

Module._extensions['.json'] = function(module, filename) {
  const content = read(filename);
  try {
    module.exports = JSONParse(content);
  } catch (error) {
    error.message = `${filename}: ${error.message}`;
    throw error;
  }
};

// `require` of an ECMAScript module
// (https://nodejs.org/api/modules.html#loading-ecmascript-modules-using-require).
function loadAsModule(module, filename) {
  const url = toURL(filename);
  let namespace = requireModule(url);
  const parent = WeakMapPrototypeGet(parents, module);
  if (namespace === undefined)
    throw new ERR_REQUIRE_ASYNC_MODULE(filename, shownStack(requireStack(parent)));
  if (namespace === null) {
    const from = parent?.filename ? ` (from ${parent.filename})` : '';
    throw new ERR_REQUIRE_CYCLE_MODULE(
      `Cannot require() ES Module ${filename} in a cycle.${from} A cycle involving ` +
      'require(esm) is not allowed to maintain invariants mandated by the ECMAScript ' +
      'specification. Try making at least part of the dependency in the graph lazily loaded.');
  }
  if (ObjectHasOwn(namespace, 'module.exports')) {
    module.exports = namespace['module.exports'];
    return;
  }
  if (ObjectHasOwn(namespace, 'default') && !ObjectHasOwn(namespace, '__esModule'))
    namespace = requireModule(`troupe:facade:${url}`);
  module.exports = namespace;
}

// -- require ----------------------------------------------------------------------------

function makeRequire(module) {
  const require = function require(path) {
    return module.require(path);
  };
  const resolve = function resolve(request, options) {
    validateString(request, 'request');
    return Module._resolveFilename(request, module, false, options);
  };
  resolve.paths = function paths(request) {
    validateString(request, 'request');
    return Module._resolveLookupPaths(request, module);
  };
  require.resolve = resolve;
  require.main = process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

Module.createRequire = function createRequire(filename) {
  let path;
  const isURL = typeof filename === 'object' && filename !== null &&
    typeof filename.href === 'string';
  if (isURL || (typeof filename === 'string' && StringPrototypeStartsWith(filename, 'file://'))) {
    path = toPath(isURL ? filename.href : filename);
  } else if (typeof filename === 'string' && StringPrototypeStartsWith(filename, '/')) {
    path = filename;
  } else {
    throw new ERR_INVALID_ARG_VALUE(
      'filename', filename, 'must be a file URL object, file URL string, or absolute path string');
  }
  const module = new Module(path);
  module.filename = StringPrototypeEndsWith(path, '/') ? `${path}noop.js` : path;
  module.paths = modulePaths(dirname(module.filename));
  return makeRequire(module);
};

module.exports = {
  Module,
  findFile,
  isModuleError,
  isModuleText,
  makeRequire,
  mainFile: () => mainModule?.filename,
  readSource: read,
};

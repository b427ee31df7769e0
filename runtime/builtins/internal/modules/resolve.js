'use strict';

// Which file a specifier means: packages with `exports` and `imports`
// (https://nodejs.org/api/esm.html#resolution-algorithm-specification,
// https://nodejs.org/api/modules.html#all-together). Both `require` and `import` are here,
// with different conditions.

const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeJoin,
  ArrayPrototypePop,
  ArrayPrototypePush,
  JSONParse,
  Map,
  MapPrototypeGet,
  MapPrototypeSet,
  ObjectGetOwnPropertyNames,
  ObjectHasOwn,
  RegExpPrototypeExec,
  StringPrototypeEndsWith,
  StringPrototypeIncludes,
  StringPrototypeIndexOf,
  StringPrototypeLastIndexOf,
  StringPrototypeReplaceAll,
  StringPrototypeSlice,
  StringPrototypeSplit,
  StringPrototypeStartsWith,
  StringPrototypeToLowerCase,
  decodeURIComponent,
  encodeURI,
} = primordials;

const { codes } = require('internal/errors');
const {
  ERR_INVALID_FILE_URL_PATH, ERR_INVALID_MODULE_SPECIFIER, ERR_INVALID_PACKAGE_CONFIG,
  ERR_INVALID_PACKAGE_TARGET, ERR_MODULE_NOT_FOUND, ERR_PACKAGE_IMPORT_NOT_DEFINED,
  ERR_PACKAGE_PATH_NOT_EXPORTED, ERR_UNSUPPORTED_DIR_IMPORT, ERR_UNSUPPORTED_ESM_URL_SCHEME,
  ERR_UNSUPPORTED_RESOLVE_REQUEST,
} = codes;
const { codes: { ERR_ACCESS_DENIED } } = require('internal/errors');
const binding = internalBinding('fs');

// -- files ------------------------------------------------------------------------------

const operations = { __proto__: null, read: 0, realpath: 6 };

// A file that cannot be read twice: what the host has read of it.
let given;

function give(path, text) {
  given = { __proto__: null, path, text };
}

const textGiven = (path) => (given?.path === path ? given.text : undefined);

// 0: a file, 1: a folder, else something else.
function kind(path) {
  if (given?.path === path)
    return 0;
  return binding.kind === undefined ? -1 : binding.kind(path);
}

function readText(path) {
  if (given?.path === path)
    return given.text;
  if (binding.run === undefined)
    throw new ERR_ACCESS_DENIED('files');
  const { 0: failure, 1: text } = binding.run(operations.read, path, '', '', 1, 0);
  return failure === undefined ? text : undefined;
}

function realpath(path) {
  if (given?.path === path)
    return path;
  const { 0: failure, 1: found } = binding.run(operations.realpath, path, '', '', 0, 0);
  return failure === undefined ? found : path;
}

// -- paths and URLs ---------------------------------------------------------------------

function normalize(path) {
  const parts = StringPrototypeSplit(path, '/');
  const kept = [];
  for (let i = 0; i < parts.length; ++i) {
    if (parts[i] === '..')
      ArrayPrototypePop(kept);
    else if (parts[i] !== '' && parts[i] !== '.')
      ArrayPrototypePush(kept, parts[i]);
  }
  return `/${ArrayPrototypeJoin(kept, '/')}`;
}

function dirname(path) {
  const slash = StringPrototypeLastIndexOf(path, '/');
  return slash <= 0 ? '/' : StringPrototypeSlice(path, 0, slash);
}

function basename(path) {
  return StringPrototypeSlice(path, StringPrototypeLastIndexOf(path, '/') + 1);
}

// Absolute, from a folder.
function resolvePath(folder, path) {
  return normalize(StringPrototypeStartsWith(path, '/') ? path : `${folder}/${path}`);
}

function extensionOf(path) {
  const name = basename(path);
  const dot = StringPrototypeLastIndexOf(name, '.');
  return dot <= 0 ? '' : StringPrototypeSlice(name, dot);
}

function toURL(path) {
  let url = encodeURI(path);
  url = StringPrototypeReplaceAll(url, '?', '%3F');
  url = StringPrototypeReplaceAll(url, '#', '%23');
  url = StringPrototypeReplaceAll(url, '%5B', '[');
  url = StringPrototypeReplaceAll(url, '%5D', ']');
  url = StringPrototypeReplaceAll(url, '%7C', '|');
  return `file://${url}`;
}

// Of a file URL without query and fragment.
function toPath(url) {
  let rest = StringPrototypeSlice(url, 7);
  const slash = StringPrototypeIndexOf(rest, '/');
  const host = StringPrototypeSlice(rest, 0, slash);
  if (slash < 0 || (host !== '' && host !== 'localhost'))
    throw new codes.ERR_INVALID_FILE_URL_HOST('linux');
  rest = StringPrototypeSlice(rest, slash);
  if (RegExpPrototypeExec(/%2f/i, rest) !== null)
    throw new ERR_INVALID_FILE_URL_PATH('must not include encoded / characters');
  return normalize(decodeURIComponent(rest));
}

// What stands behind the path of a specifier: its query and fragment.
function splitTail(specifier) {
  const at = RegExpPrototypeExec(/[?#]/, specifier);
  if (at === null)
    return [specifier, ''];
  return [StringPrototypeSlice(specifier, 0, at.index),
          StringPrototypeSlice(specifier, at.index)];
}

const isRelative = (specifier) =>
  StringPrototypeStartsWith(specifier, './') || StringPrototypeStartsWith(specifier, '../') ||
  specifier === '.' || specifier === '..';

// -- package.json -----------------------------------------------------------------------

const packages = new Map();

// null when there is none.
function readPackage(folder) {
  const known = MapPrototypeGet(packages, folder);
  if (known !== undefined)
    return known;
  const path = folder === '/' ? '/package.json' : `${folder}/package.json`;
  const text = kind(path) === 0 ? readText(path) : undefined;
  let made = null;
  if (text !== undefined) {
    let parsed;
    try {
      parsed = JSONParse(text);
    } catch (error) {
      throw new ERR_INVALID_PACKAGE_CONFIG(path, undefined, error.message);
    }
    const has = (key) => parsed !== null && typeof parsed === 'object' && ObjectHasOwn(parsed, key);
    made = {
      __proto__: null,
      folder: folder === '/' ? '/' : `${folder}/`,
      name: has('name') && typeof parsed.name === 'string' ? parsed.name : undefined,
      main: has('main') && typeof parsed.main === 'string' ? parsed.main : undefined,
      type: has('type') && (parsed.type === 'module' || parsed.type === 'commonjs') ?
        parsed.type : 'none',
      exports: has('exports') && parsed.exports !== null ? parsed.exports : undefined,
      imports: has('imports') && parsed.imports !== null && typeof parsed.imports === 'object' ?
        parsed.imports : undefined,
    };
  }
  MapPrototypeSet(packages, folder, made);
  return made;
}

// The package that a file belongs to; null: none.
function packageOf(path) {
  let folder = path;
  do {
    folder = dirname(folder);
    if (basename(folder) === 'node_modules')
      return null;
    const found = readPackage(folder);
    if (found !== null)
      return found;
  } while (folder !== '/');
  return null;
}

// -- exports and imports ----------------------------------------------------------------

const invalidSegment = /(^|\\|\/)((\.|%2e)(\.|%2e)?|(n|%6e|%4e)(o|%6f|%4f)(d|%64|%44)(e|%65|%45)(_|%5f)(m|%6d|%4d)(o|%6f|%4f)(d|%64|%44)(u|%75|%55)(l|%6c|%4c)(e|%65|%45)(s|%73|%53))?(\\|\/|$)/i; // eslint-disable-line max-len

// Which of two patterns is more special: less than 0 when it is the first.
function comparePatterns(a, b) {
  const aStar = StringPrototypeIndexOf(a, '*');
  const bStar = StringPrototypeIndexOf(b, '*');
  const aLength = aStar < 0 ? a.length : aStar + 1;
  const bLength = bStar < 0 ? b.length : bStar + 1;
  if (aLength !== bLength)
    return bLength - aLength;
  if (aStar < 0)
    return 1;
  if (bStar < 0)
    return -1;
  return b.length - a.length;
}

// A path, a `node:` specifier, null when it is forbidden, or undefined.
function resolveTarget(package_, target, star, key, isImport, conditions, base) {
  const invalid = () =>
    new ERR_INVALID_PACKAGE_TARGET(package_.folder, key, target, isImport, base);
  if (typeof target === 'string') {
    if (!StringPrototypeStartsWith(target, './')) {
      if (isImport && !StringPrototypeStartsWith(target, '../') &&
          !StringPrototypeStartsWith(target, '/')) {
        const specifier = star === undefined ? target :
          StringPrototypeReplaceAll(target, '*', () => star);
        return resolvePackage(specifier, `${package_.folder}package.json`, conditions);
      }
      throw invalid();
    }
    if (RegExpPrototypeExec(invalidSegment, StringPrototypeSlice(target, 2)) !== null)
      throw invalid();
    const path = normalize(package_.folder + StringPrototypeSlice(target, 2));
    if (star === undefined)
      return path;
    if (RegExpPrototypeExec(invalidSegment, star) !== null)
      throw new ERR_INVALID_MODULE_SPECIFIER(
        key, `request is not a valid match in pattern "${key}" for the "${
          isImport ? 'imports' : 'exports'}" resolution of ${package_.folder}package.json`, base);
    return StringPrototypeReplaceAll(path, '*', () => star);
  }
  if (ArrayIsArray(target)) {
    let failed;
    let last;
    for (let i = 0; i < target.length; ++i) {
      let found;
      try {
        found = resolveTarget(package_, target[i], star, key, isImport, conditions, base);
      } catch (error) {
        if (error.code !== 'ERR_INVALID_PACKAGE_TARGET')
          throw error;
        failed = error;
        continue;
      }
      if (found === undefined)
        continue;
      if (found === null) {
        last = null;
        failed = undefined;
        continue;
      }
      return found;
    }
    if (failed !== undefined)
      throw failed;
    return last === null || target.length === 0 ? null : undefined;
  }
  if (target !== null && typeof target === 'object') {
    const keys = ObjectGetOwnPropertyNames(target);
    for (let i = 0; i < keys.length; ++i) {
      if (`${+keys[i]}` === keys[i] && +keys[i] >= 0)
        throw new ERR_INVALID_PACKAGE_CONFIG(`${package_.folder}package.json`, base,
                                             '"exports" cannot contain numeric property keys.');
    }
    for (let i = 0; i < keys.length; ++i) {
      if (keys[i] === 'default' || ArrayPrototypeIncludes(conditions, keys[i])) {
        const found = resolveTarget(package_, target[keys[i]], star, key, isImport, conditions,
                                    base);
        if (found !== undefined)
          return found;
      }
    }
    return undefined;
  }
  if (target === null)
    return null;
  throw invalid();
}

function matchKey(package_, table, key, isImport, conditions, base) {
  if (ObjectHasOwn(table, key) && !StringPrototypeIncludes(key, '*') &&
      !StringPrototypeEndsWith(key, '/'))
    return resolveTarget(package_, table[key], undefined, key, isImport, conditions, base);
  let best;
  let bestStar;
  const keys = ObjectGetOwnPropertyNames(table);
  for (let i = 0; i < keys.length; ++i) {
    const each = keys[i];
    const star = StringPrototypeIndexOf(each, '*');
    if (star < 0 || StringPrototypeLastIndexOf(each, '*') !== star ||
        !StringPrototypeStartsWith(key, StringPrototypeSlice(each, 0, star)))
      continue;
    const tail = StringPrototypeSlice(each, star + 1);
    if (key.length >= each.length && StringPrototypeEndsWith(key, tail) &&
        (best === undefined || comparePatterns(best, each) > 0)) {
      best = each;
      bestStar = StringPrototypeSlice(key, star, key.length - tail.length);
    }
  }
  if (best === undefined)
    return undefined;
  return resolveTarget(package_, table[best], bestStar, best, isImport, conditions, base);
}

function resolveExports(package_, subpath, conditions, base) {
  let { exports } = package_;
  let isSugar = typeof exports === 'string' || ArrayIsArray(exports);
  if (!isSugar && typeof exports === 'object') {
    const keys = ObjectGetOwnPropertyNames(exports);
    for (let i = 0; i < keys.length; ++i) {
      const isCondition = keys[i] === '' || keys[i][0] !== '.';
      if (i === 0)
        isSugar = isCondition;
      else if (isSugar !== isCondition)
        throw new ERR_INVALID_PACKAGE_CONFIG(
          `${package_.folder}package.json`, base,
          '"exports" cannot contain some keys starting with \'.\' and some not. The exports ' +
          'object must either be an object of package subpath keys or an object of main entry ' +
          'condition name keys only.');
    }
  }
  if (isSugar)
    exports = { '.': exports };
  const found = typeof exports === 'object' ?
    matchKey(package_, exports, subpath, false, conditions, base) : undefined;
  if (found === undefined || found === null)
    throw new ERR_PACKAGE_PATH_NOT_EXPORTED(package_.folder, subpath, base);
  return found;
}

// `#internal`
function resolveImports(specifier, from, conditions) {
  if (specifier === '#' || StringPrototypeStartsWith(specifier, '#/') ||
      StringPrototypeEndsWith(specifier, '/'))
    throw new ERR_INVALID_MODULE_SPECIFIER(
      specifier, 'is not a valid internal imports specifier name', from);
  const package_ = packageOf(from);
  if (package_ !== null && package_.imports !== undefined) {
    const found = matchKey(package_, package_.imports, specifier, true, conditions, from);
    if (found !== undefined && found !== null)
      return found;
  }
  throw new ERR_PACKAGE_IMPORT_NOT_DEFINED(specifier, package_?.folder, from);
}

// ['name', './sub/path'], or undefined when it can be no package.
function parsePackage(specifier) {
  let end = StringPrototypeIndexOf(specifier, '/');
  if (specifier[0] === '@') {
    if (end < 0)
      return undefined;
    end = StringPrototypeIndexOf(specifier, '/', end + 1);
  }
  const name = end < 0 ? specifier : StringPrototypeSlice(specifier, 0, end);
  if (name === '' || name[0] === '.' || RegExpPrototypeExec(/[\\%]/, name) !== null)
    return undefined;
  return [name, end < 0 ? '.' : `.${StringPrototypeSlice(specifier, end)}`];
}

// The folders that packages are looked for in, from `folder` up.
function modulePaths(folder) {
  const paths = [];
  for (let at = folder; ; at = dirname(at)) {
    if (basename(at) !== 'node_modules')
      ArrayPrototypePush(paths, at === '/' ? '/node_modules' : `${at}/node_modules`);
    if (at === '/')
      return paths;
  }
}

// A package that names itself, through its exports; or undefined.
function resolveSelf(specifier, from, conditions) {
  const parts = parsePackage(specifier);
  const package_ = parts === undefined ? null : packageOf(from);
  if (package_ === null || package_.exports === undefined || package_.name !== parts[0])
    return undefined;
  return resolveExports(package_, parts[1], conditions, from);
}

// Of `import`: the file that a bare specifier means.
function resolvePackage(specifier, from, conditions) {
  const { isBuiltin, nameOf } = require('internal/modules/builtin');
  if (isBuiltin(specifier))
    return `node:${nameOf(specifier)}`;
  const parts = specifier === '' ? ['', '.'] : parsePackage(specifier);
  if (parts === undefined)
    throw new ERR_INVALID_MODULE_SPECIFIER(specifier, 'is not a valid package name', from);
  const { 0: name, 1: subpath } = parts;
  const own = resolveSelf(specifier, from, conditions);
  if (own !== undefined)
    return own;
  const folders = modulePaths(dirname(from));
  for (let i = 0; i < folders.length; ++i) {
    const folder = `${folders[i]}/${name}`;
    if (kind(folder) !== 1)
      continue;
    const package_ = readPackage(folder);
    if (package_ !== null && package_.exports !== undefined)
      return resolveExports(package_, subpath, conditions, from);
    if (subpath !== '.')
      return normalize(`${folder}/${subpath}`);
    const candidates = [];
    if (package_?.main !== undefined) {
      const { main } = package_;
      ArrayPrototypePush(candidates, main, `${main}.js`, `${main}.json`, `${main}.node`,
                         `${main}/index.js`, `${main}/index.json`, `${main}/index.node`);
    }
    ArrayPrototypePush(candidates, 'index.js', 'index.json', 'index.node');
    for (let k = 0; k < candidates.length; ++k) {
      const path = resolvePath(folder, candidates[k]);
      if (kind(path) === 0)
        return path;
    }
    throw new ERR_MODULE_NOT_FOUND(resolvePath(folder, 'index.js'), from);
  }
  throw new ERR_MODULE_NOT_FOUND(name, from);
}

// What `require` would find where `import` finds nothing, as a line of the message.
function adviceFor(specifier, path, from) {
  const { findFile } = require('internal/modules/cjs');
  const bare = StringPrototypeEndsWith(path, '/') ? StringPrototypeSlice(path, 0, -1) : path;
  let found;
  try {
    found = findFile(bare, false);
  } catch {
    return '';
  }
  if (found === undefined || found === bare)
    return '';
  let shown;
  if (isRelative(specifier)) {
    shown = require('internal/path').makePosix().relative(dirname(from), found);
    if (shown[0] !== '.')
      shown = `./${shown}`;
  } else {
    const mark = '/node_modules/';
    const at = StringPrototypeLastIndexOf(found, mark);
    shown = at < 0 || StringPrototypeStartsWith(specifier, '/') ? found :
      StringPrototypeSlice(found, at + mark.length);
  }
  return `\nDid you mean to import "${shown}"?`;
}

function checkEncoding(encoded, from) {
  if (RegExpPrototypeExec(/%2f|%5c/i, encoded) !== null)
    throw new ERR_INVALID_MODULE_SPECIFIER(
      encoded, 'must not include encoded "/" or "\\" characters', from);
}

// Of a URL as a specifier: `file:`; undefined when it is none.
function schemeOf(specifier) {
  const found = RegExpPrototypeExec(/^[a-zA-Z][a-zA-Z0-9+.-]*:/, specifier);
  return found === null ? undefined : StringPrototypeToLowerCase(found[0]);
}

const importConditions = ['node', 'import', 'module-sync', 'node-addons'];

// What `import` means: { url, path } of a file, or { url } of a built-in or `data:` URL.
// `referrer` is a path or URL.
function resolveImport(specifier, referrer, conditions = importConditions) {
  if (StringPrototypeStartsWith(specifier, 'node:')) {
    const { isBuiltin } = require('internal/modules/builtin');
    if (!isBuiltin(specifier))
      throw new codes.ERR_UNKNOWN_BUILTIN_MODULE(specifier);
    return { url: specifier, path: undefined };
  }
  const scheme = schemeOf(specifier);
  if (scheme === 'data:')
    return { url: specifier, path: undefined };
  if (scheme === undefined && StringPrototypeStartsWith(referrer, 'data:')) {
    const { isBuiltin, nameOf } = require('internal/modules/builtin');
    if (isBuiltin(specifier))
      return { url: `node:${nameOf(specifier)}`, path: undefined };
    throw new ERR_UNSUPPORTED_RESOLVE_REQUEST(specifier, referrer);
  }
  const from = StringPrototypeStartsWith(referrer, 'file://') ?
    toPath(splitTail(referrer)[0]) : referrer;
  let path;
  let tail = '';
  if (isRelative(specifier) || StringPrototypeStartsWith(specifier, '/')) {
    const { 0: encoded, 1: rest } = splitTail(specifier);
    checkEncoding(resolvePath(dirname(from), encoded), from);
    path = resolvePath(dirname(from), decodeURIComponent(encoded));
    if (RegExpPrototypeExec(/(?:^|\/)\.{0,2}$/, encoded) !== null && path !== '/')
      path += '/';
    tail = rest;
  } else if (scheme === 'file:') {
    const { 0: url, 1: rest } = splitTail(StringPrototypeSlice(specifier, 5));
    let place = url;
    if (!StringPrototypeStartsWith(url, '//'))
      place = StringPrototypeStartsWith(url, '/') ? `//${url}` : `///${url}`;
    checkEncoding(StringPrototypeSlice(place, 2), from);
    path = toPath(`file:${place}`);
    if (StringPrototypeEndsWith(place, '/') && path !== '/')
      path += '/';
    tail = rest;
  } else if (specifier[0] === '#') {
    path = resolveImports(specifier, from, conditions);
  } else {
    if (scheme !== undefined)
      throw new ERR_UNSUPPORTED_ESM_URL_SCHEME(scheme);
    path = resolvePackage(specifier, from, conditions);
  }
  if (StringPrototypeStartsWith(path, 'node:'))
    return { url: path, path: undefined };
  const what = kind(path);
  if (what === 1 || StringPrototypeEndsWith(path, '/'))
    throw new ERR_UNSUPPORTED_DIR_IMPORT(path, from, toURL(path),
                                         adviceFor(specifier, path, from));
  if (what !== 0)
    throw new ERR_MODULE_NOT_FOUND(path, from, 'module', toURL(path),
                                   adviceFor(specifier, path, from));
  path = realpath(path);
  // Empty ones say nothing.
  if (tail === '?' || tail === '#' || tail === '?#')
    tail = '';
  return { url: toURL(path) + tail, path };
}

module.exports = {
  basename,
  dirname,
  extensionOf,
  give,
  importConditions,
  isRelative,
  kind,
  modulePaths,
  normalize,
  packageOf,
  parsePackage,
  readPackage,
  readText,
  realpath,
  resolveExports,
  resolveImport,
  resolveImports,
  resolvePath,
  resolveSelf,
  splitTail,
  textGiven,
  toPath,
  toURL,
};

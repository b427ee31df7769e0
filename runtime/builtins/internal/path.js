'use strict';

// POSIX paths (https://nodejs.org/api/path.html).

const {
  StringPrototypeEndsWith,
  StringPrototypeIndexOf,
  StringPrototypeLastIndexOf,
  StringPrototypeSlice,
} = primordials;

const { validateObject, validateString } = require('internal/validators');

let cwd = () => '/';

// What `resolve` starts from: `process.cwd`, where there is a process.
function onCwd(get) {
  cwd = get;
}

// Without `.`, `..` and empty parts; what leads above the start is kept where it may be.
function simplify(path, mayLeave) {
  let kept = '';
  let depth = 0; // parts that a `..` takes away
  for (let start = 0, end; start < path.length; start = end + 1) {
    end = StringPrototypeIndexOf(path, '/', start);
    if (end === -1)
      end = path.length;
    const length = end - start;
    if (length === 0 || (length === 1 && path[start] === '.'))
      continue;
    if (length !== 2 || path[start] !== '.' || path[start + 1] !== '.') {
      const part = StringPrototypeSlice(path, start, end);
      kept = kept === '' ? part : `${kept}/${part}`;
      ++depth;
    } else if (depth > 0) {
      const last = StringPrototypeLastIndexOf(kept, '/');
      kept = last === -1 ? '' : StringPrototypeSlice(kept, 0, last);
      --depth;
    } else if (mayLeave) {
      kept = kept === '' ? '..' : `${kept}/..`;
    }
  }
  return kept;
}

const isAbsolutePath = (path) => path.length > 0 && path[0] === '/';

function resolve(...paths) {
  let resolved = '';
  for (let i = paths.length - 1; i >= 0 && !isAbsolutePath(resolved); --i) {
    validateString(paths[i], `paths[${i}]`);
    if (paths[i].length > 0)
      resolved = resolved === '' ? paths[i] : `${paths[i]}/${resolved}`;
  }
  if (!isAbsolutePath(resolved))
    resolved = resolved === '' ? cwd() : `${cwd()}/${resolved}`;
  const isAbsolute = isAbsolutePath(resolved);
  const simple = simplify(resolved, !isAbsolute);
  if (isAbsolute)
    return `/${simple}`;
  return simple === '' ? '.' : simple;
}

function normalize(path) {
  validateString(path, 'path');
  if (path.length === 0)
    return '.';
  const isAbsolute = isAbsolutePath(path);
  const trailing = path[path.length - 1] === '/';
  let simple = simplify(path, !isAbsolute);
  if (simple === '') {
    if (isAbsolute)
      return '/';
    return trailing ? './' : '.';
  }
  if (trailing)
    simple += '/';
  return isAbsolute ? `/${simple}` : simple;
}

function isAbsolute(path) {
  validateString(path, 'path');
  return isAbsolutePath(path);
}

function join(...paths) {
  let joined = '';
  for (let i = 0; i < paths.length; ++i) {
    validateString(paths[i], 'path');
    if (paths[i].length > 0)
      joined = joined === '' ? paths[i] : `${joined}/${paths[i]}`;
  }
  return joined === '' ? '.' : normalize(joined);
}

function relative(from, to) {
  validateString(from, 'from');
  validateString(to, 'to');
  if (from === to)
    return '';
  from = resolve(from);
  to = resolve(to);
  if (from === to)
    return '';
  const a = from === '/' ? '' : from;
  const b = to === '/' ? '' : to;
  // Up to where they are the same, at the end of a part.
  let same = 0;
  let i = 0;
  for (; i < a.length && i < b.length && a[i] === b[i]; ++i)
    if (a[i] === '/')
      same = i;
  if ((i === a.length || a[i] === '/') && (i === b.length || b[i] === '/'))
    same = i;
  let path = StringPrototypeSlice(b, same + 1);
  for (i = same; i < a.length; ++i)
    if (a[i] === '/')
      path = path === '' ? '..' : `../${path}`;
  return path;
}

// Where the last part of a path begins and ends, without slashes after it.
function lastPart(path) {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/')
    --end;
  const start = end === 0 ? 0 : StringPrototypeLastIndexOf(path, '/', end - 1) + 1;
  return { start, end };
}

function dirname(path) {
  validateString(path, 'path');
  if (path.length === 0)
    return '.';
  const { start, end } = lastPart(path);
  if (end === 0)
    return '/';
  if (start === 0)
    return '.';
  if (start === 1)
    return '/';
  return start === 2 && path[0] === '/' && path[1] === '/' ? '//' :
    StringPrototypeSlice(path, 0, start - 1);
}

function basename(path, suffix) {
  if (suffix !== undefined)
    validateString(suffix, 'suffix');
  validateString(path, 'path');
  const { start, end } = lastPart(path);
  const base = StringPrototypeSlice(path, start, end);
  if (suffix === path)
    return '';
  if (base === '' && suffix && suffix.length <= path.length)
    return path;
  if (suffix === undefined || suffix === '' || base === suffix ||
      !StringPrototypeEndsWith(base, suffix))
    return base;
  return StringPrototypeSlice(base, 0, -suffix.length);
}

function extname(path) {
  validateString(path, 'path');
  const base = basename(path);
  const dot = StringPrototypeLastIndexOf(base, '.');
  if (dot <= 0 || base === '..')
    return '';
  return StringPrototypeSlice(base, dot);
}

function formatWith(separator, pathObject) {
  validateObject(pathObject, 'pathObject');
  const dir = pathObject.dir || pathObject.root;
  const { ext } = pathObject;
  const base = pathObject.base ||
    `${pathObject.name || ''}${ext ? `${ext[0] === '.' ? '' : '.'}${ext}` : ''}`;
  if (!dir)
    return base;
  return dir === pathObject.root ? `${dir}${base}` : `${dir}${separator}${base}`;
}

function format(pathObject) {
  return formatWith('/', pathObject);
}

function parse(path) {
  validateString(path, 'path');
  const parsed = { root: '', dir: '', base: '', ext: '', name: '' };
  if (path.length === 0)
    return parsed;
  if (path[0] === '/')
    parsed.root = '/';
  parsed.base = basename(path);
  parsed.ext = extname(path);
  parsed.name = parsed.ext === '' ? parsed.base :
    StringPrototypeSlice(parsed.base, 0, -parsed.ext.length);
  const { start } = lastPart(path);
  if (start > 1)
    parsed.dir = StringPrototypeSlice(path, 0, start - 1);
  else
    parsed.dir = parsed.root;
  return parsed;
}

const toNamespacedPath = (path) => path;

function makePosix() {
  const posix = {
    resolve,
    normalize,
    isAbsolute,
    join,
    relative,
    toNamespacedPath,
    dirname,
    basename,
    extname,
    format,
    parse,
    sep: '/',
    delimiter: ':',
    win32: null,
    posix: null,
  };
  return posix;
}

module.exports = { makePosix, onCwd, cwd: () => cwd(), formatWith, resolve, dirname, join };

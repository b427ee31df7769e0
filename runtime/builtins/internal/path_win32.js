'use strict';

// Windows paths (https://nodejs.org/api/path.html). A root is a drive (`C:`, which may be
// followed by a separator), a server with a share (`\\server\share`), a device (`\\.\`,
// `\\?\`), or a separator.

const {
  ArrayPrototypeJoin,
  ArrayPrototypePop,
  ArrayPrototypePush,
  StringPrototypeCharCodeAt,
  StringPrototypeEndsWith,
  StringPrototypeLastIndexOf,
  StringPrototypeSlice,
  StringPrototypeToLowerCase,
} = primordials;

const path = require('internal/path');
const { validateString } = require('internal/validators');

const isSeparatorCode = (code) => code === 47 || code === 92;
const isSeparator = (text, at) =>
  at < text.length && isSeparatorCode(StringPrototypeCharCodeAt(text, at));

function hasDrive(text) {
  if (text.length < 2 || StringPrototypeCharCodeAt(text, 1) !== 58)
    return false;
  const letter = StringPrototypeCharCodeAt(text, 0) | 32;
  return letter >= 97 && letter <= 122;
}

// -- roots ------------------------------------------------------------------------------

// `\\server\share`: where the names begin and end; null: it is none.
function shareOf(text) {
  if (!isSeparator(text, 0) || !isSeparator(text, 1))
    return null;
  let serverEnd = 2;
  while (serverEnd < text.length && !isSeparator(text, serverEnd))
    ++serverEnd;
  let start = serverEnd;
  while (isSeparator(text, start))
    ++start;
  if (serverEnd === 2 || start === serverEnd || start === text.length)
    return null;
  let end = start;
  while (end < text.length && !isSeparator(text, end))
    ++end;
  return {
    server: StringPrototypeSlice(text, 2, serverEnd),
    share: StringPrototypeSlice(text, start, end),
    end,
  };
}

// { device, end, isAbsolute }: what a path is relative to, and where the rest begins.
function rootOf(text) {
  const share = shareOf(text);
  if (share !== null) {
    if (share.server === '.' || share.server === '?')
      return { device: `\\\\${share.server}`, end: 4, isAbsolute: true };
    return { device: `\\\\${share.server}\\${share.share}`, end: share.end, isAbsolute: true,
             isShare: true };
  }
  if (isSeparator(text, 0))
    return { device: '', end: 1, isAbsolute: true };
  if (!hasDrive(text))
    return { device: '', end: 0, isAbsolute: false };
  const isAbsolute = isSeparator(text, 2);
  return { device: StringPrototypeSlice(text, 0, 2), end: isAbsolute ? 3 : 2, isAbsolute };
}

// Where the root as text ends.
function rootLength(text) {
  const share = shareOf(text);
  if (share !== null)
    return share.end === text.length ? share.end : share.end + 1;
  if (isSeparator(text, 0))
    return 1;
  return hasDrive(text) ? (isSeparator(text, 2) ? 3 : 2) : 0;
}

// -- parts ------------------------------------------------------------------------------

// Without `.`, `..` and empty parts; what leads above the start is kept where it may be.
function simplify(text, mayLeave) {
  const parts = [];
  let depth = 0; // parts that a `..` takes away
  for (let start = 0, end; start < text.length; start = end + 1) {
    end = start;
    while (end < text.length && !isSeparator(text, end))
      ++end;
    const part = StringPrototypeSlice(text, start, end);
    if (part === '' || part === '.')
      continue;
    if (part !== '..') {
      ArrayPrototypePush(parts, part);
      ++depth;
    } else if (depth > 0) {
      ArrayPrototypePop(parts);
      --depth;
    } else if (mayLeave) {
      ArrayPrototypePush(parts, part);
    }
  }
  return ArrayPrototypeJoin(parts, '\\');
}

// May not become a path with a drive: a colon that ends a part, or a drive in front.
function staysRelative(text, simple) {
  if (hasDrive(simple))
    return `.\\${simple}`;
  for (let i = 0; i < text.length; ++i)
    if (StringPrototypeCharCodeAt(text, i) === 58 &&
        (i + 1 === text.length || isSeparator(text, i + 1)))
      return `.\\${simple}`;
  return simple;
}

function normalize(path) {
  validateString(path, 'path');
  if (path.length === 0)
    return '.';
  const { device, end, isAbsolute, isShare } = rootOf(path);
  if (isShare && end === path.length)
    return `${device}\\`;
  let simple = simplify(StringPrototypeSlice(path, end), !isAbsolute);
  if (simple === '' && !isAbsolute)
    simple = '.';
  if (simple !== '' && isSeparator(path, path.length - 1))
    simple += '\\';
  if (!isAbsolute && device === '')
    return staysRelative(path, simple);
  return isAbsolute ? `${device}\\${simple}` : `${device}${simple}`;
}

function resolve(...paths) {
  let device = '';
  let rest = '';
  let isAbsolute = false;
  for (let i = paths.length - 1; i >= -1 && !(isAbsolute && device !== ''); --i) {
    let each;
    if (i >= 0) {
      validateString(paths[i], `paths[${i}]`);
      each = paths[i];
    } else {
      each = path.cwd();
      // The folder of another drive is not known.
      if (device !== '' && isSeparatorCode(StringPrototypeCharCodeAt(each, 2)) &&
          StringPrototypeToLowerCase(StringPrototypeSlice(each, 0, 2)) !==
            StringPrototypeToLowerCase(device))
        each = `${device}\\`;
    }
    if (each.length === 0)
      continue;
    const root = rootOf(each);
    if (root.device !== '') {
      if (device === '')
        device = root.device;
      else if (StringPrototypeToLowerCase(device) !== StringPrototypeToLowerCase(root.device))
        continue;
    }
    if (!isAbsolute) {
      rest = `${StringPrototypeSlice(each, root.end)}\\${rest}`;
      ({ isAbsolute } = root);
    }
  }
  const simple = simplify(rest, !isAbsolute);
  return isAbsolute ? `${device}\\${simple}` : `${device}${simple}` || '.';
}

function isAbsolute(path) {
  validateString(path, 'path');
  return isSeparator(path, 0) || (hasDrive(path) && isSeparator(path, 2));
}

function join(...paths) {
  let joined;
  let first;
  for (let i = 0; i < paths.length; ++i) {
    validateString(paths[i], 'path');
    if (paths[i].length === 0)
      continue;
    first ??= paths[i];
    joined = joined === undefined ? paths[i] : `${joined}\\${paths[i]}`;
  }
  if (joined === undefined)
    return '.';
  // Only what begins as a share in the first of them is one.
  const isShare = isSeparator(first, 0) && isSeparator(first, 1) && first.length > 2 &&
    !isSeparator(first, 2);
  if (!isShare) {
    let slashes = 0;
    while (isSeparator(joined, slashes))
      ++slashes;
    if (slashes >= 2)
      joined = `\\${StringPrototypeSlice(joined, slashes)}`;
  }
  return normalize(joined);
}

function partsOf(resolved) {
  const parts = [];
  for (let start = 0, end; start < resolved.length; start = end + 1) {
    end = start;
    while (end < resolved.length && resolved[end] !== '\\')
      ++end;
    if (end > start)
      ArrayPrototypePush(parts, StringPrototypeSlice(resolved, start, end));
  }
  return parts;
}

function relative(from, to) {
  validateString(from, 'from');
  validateString(to, 'to');
  if (from === to)
    return '';
  const target = resolve(to);
  const a = partsOf(resolve(from));
  const b = partsOf(target);
  let same = 0;
  while (same < a.length && same < b.length &&
         StringPrototypeToLowerCase(a[same]) === StringPrototypeToLowerCase(b[same]))
    ++same;
  if (same === 0 && b.length > 0 && (a.length > 0 || hasDrive(target)))
    return target;
  const parts = [];
  for (let i = same; i < a.length; ++i)
    ArrayPrototypePush(parts, '..');
  for (let i = same; i < b.length; ++i)
    ArrayPrototypePush(parts, b[i]);
  return ArrayPrototypeJoin(parts, '\\');
}

function toNamespacedPath(path) {
  if (typeof path !== 'string' || path.length === 0)
    return path;
  const resolved = resolve(path);
  if (resolved.length <= 2)
    return path;
  if (resolved[0] === '\\' && resolved[1] === '\\') {
    if (resolved[2] !== '?' && resolved[2] !== '.')
      return `\\\\?\\UNC\\${StringPrototypeSlice(resolved, 2)}`;
  } else if (hasDrive(resolved) && resolved[2] === '\\') {
    return `\\\\?\\${resolved}`;
  }
  return resolved;
}

// Where the last part of a path begins and ends behind `from`, without separators after it.
function lastPart(path, from) {
  let end = path.length;
  while (end > from && isSeparator(path, end - 1))
    --end;
  let start = end;
  while (start > from && !isSeparator(path, start - 1))
    --start;
  return { start, end };
}

function dirname(path) {
  validateString(path, 'path');
  const root = rootLength(path);
  const { start } = lastPart(path, root);
  if (start > root)
    return StringPrototypeSlice(path, 0, start - 1);
  return root === 0 ? '.' : StringPrototypeSlice(path, 0, root);
}

function basename(path, suffix) {
  if (suffix !== undefined)
    validateString(suffix, 'suffix');
  validateString(path, 'path');
  const { start, end } = lastPart(path, hasDrive(path) ? 2 : 0);
  const base = StringPrototypeSlice(path, start, end);
  if (suffix === path)
    return '';
  if (base === '' && suffix && suffix.length <= path.length)
    return StringPrototypeSlice(path, hasDrive(path) ? 2 : 0);
  if (suffix === undefined || suffix === '' || base === suffix ||
      !StringPrototypeEndsWith(base, suffix))
    return base;
  return StringPrototypeSlice(base, 0, -suffix.length);
}

function extensionOf(base) {
  const dot = StringPrototypeLastIndexOf(base, '.');
  return dot <= 0 || base === '..' ? '' : StringPrototypeSlice(base, dot);
}

function extname(path) {
  validateString(path, 'path');
  return extensionOf(basename(path));
}

function parse(path) {
  validateString(path, 'path');
  const length = rootLength(path);
  const root = StringPrototypeSlice(path, 0, length);
  const { start, end } = lastPart(path, length);
  const base = StringPrototypeSlice(path, start, end);
  const ext = extensionOf(base);
  return {
    root,
    dir: start > length ? StringPrototypeSlice(path, 0, start - 1) : root,
    base,
    ext,
    name: ext === '' ? base : StringPrototypeSlice(base, 0, -ext.length),
  };
}

function makeWin32() {
  return {
    resolve,
    normalize,
    isAbsolute,
    join,
    relative,
    toNamespacedPath,
    dirname,
    basename,
    extname,
    format: (pathObject) => path.formatWith('\\', pathObject),
    parse,
    sep: '\\',
    delimiter: ';',
    win32: null,
    posix: null,
  };
}

module.exports = { makeWin32 };

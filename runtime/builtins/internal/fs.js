'use strict';

// The part of `node:fs` that is here (https://nodejs.org/api/fs.html): whole files, what is
// known of them, folders. The native side does nothing unless the host allows files.

const {
  ArrayBufferIsView,
  ArrayPrototypePush,
  Date,
  Error,
  ErrorCaptureStackTrace,
  ObjectDefineProperty,
  Promise,
  StringPrototypeCharCodeAt,
  StringPrototypeIncludes,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetByteOffset,
} = primordials;

const {
  codes: { ERR_ACCESS_DENIED, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE },
} = require('internal/errors');
const {
  validateAbortSignal, validateBoolean, validateFunction, validateInteger, validateObject,
} = require('internal/validators');
const { Buffer } = require('internal/buffer');
const { run } = internalBinding('fs');

const operation = {
  __proto__: null,
  read: 0, write: 1, stat: 2, lstat: 3, kind: 4, access: 5, realpath: 6, readdir: 7, mkdir: 8,
  mkdtemp: 9, rmdir: 10, unlink: 11, remove: 12, rename: 13, copy: 14, readlink: 15,
  symlink: 16, chmod: 17, truncate: 18,
};

// As Linux numbers them.
const constants = {
  __proto__: null,
  F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1,
  COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2, COPYFILE_FICLONE_FORCE: 4,
  O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024,
  O_SYNC: 1052672,
  S_IFMT: 61440, S_IFREG: 32768, S_IFDIR: 16384, S_IFCHR: 8192, S_IFBLK: 24576,
  S_IFIFO: 4096, S_IFLNK: 40960, S_IFSOCK: 49152,
};

// -- arguments --------------------------------------------------------------------------

function pathOf(path, name = 'path') {
  if (path !== null && typeof path === 'object' && typeof path.href === 'string' &&
      typeof path.protocol === 'string')
    path = require('internal/url').fileURLToPath(path);
  if (typeof path !== 'string' && !ArrayBufferIsView(path))
    throw new ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'URL'], path);
  if (typeof path !== 'string')
    path = Buffer.from(TypedArrayPrototypeGetBuffer(path), TypedArrayPrototypeGetByteOffset(path),
                       TypedArrayPrototypeGetByteLength(path)).toString();
  if (StringPrototypeIncludes(path, '\0'))
    throw new ERR_INVALID_ARG_VALUE(name, path,
                                    'must be a string, Uint8Array, or URL without null bytes');
  return path;
}

// Relative paths start from the script's folder, which need not be the process's.
function absolute(path) {
  return StringPrototypeCharCodeAt(path, 0) === 47 ? path :
    require('internal/path').resolve(path);
}

function optionsOf(options, defaults) {
  if (options === undefined || options === null || typeof options === 'function')
    return defaults;
  if (typeof options === 'string')
    options = { encoding: options };
  else if (typeof options !== 'object')
    throw new ERR_INVALID_ARG_TYPE('options', ['string', 'Object'], options);
  const { encoding } = options;
  if (encoding !== undefined && encoding !== null && encoding !== 'buffer' &&
      !Buffer.isEncoding(encoding))
    throw new ERR_INVALID_ARG_VALUE('encoding', encoding, 'is invalid encoding');
  if (options.signal !== undefined)
    validateAbortSignal(options.signal, 'options.signal');
  return { ...defaults, ...options };
}

const flagsByName = {
  __proto__: null,
  'r': 0, 'rs': 1052672, 'r+': 2, 'rs+': 1052674,
  'w': 577, 'wx': 705, 'xw': 705, 'w+': 578, 'wx+': 706, 'xw+': 706,
  'a': 1089, 'ax': 1217, 'xa': 1217, 'as': 1053761, 'a+': 1090, 'ax+': 1218, 'xa+': 1218,
};

function flagsOf(flag) {
  if (typeof flag === 'number')
    return flag;
  const found = flagsByName[flag];
  if (found === undefined)
    throw new ERR_INVALID_ARG_VALUE('flags', flag);
  return found;
}

function modeOf(mode, fallback) {
  if (mode === undefined || mode === null)
    return fallback;
  if (typeof mode === 'string')
    mode = primordials.NumberParseInt(mode, 8);
  validateInteger(mode, 'mode', 0, 0xFFFFFFFF);
  return mode;
}

// -- running ----------------------------------------------------------------------------

// { op, path, other, content, flags, mode, shown, syscall, take }: an operation, the path as
// the script has given it, and what becomes of the answer.
function failureOf(task, failure) {
  if (!primordials.ArrayIsArray(failure))
    return failure; // no memory for the answer
  const { 0: errno, 1: code, 2: words, 3: syscall } = failure;
  const name = task.syscall ?? syscall;
  if (code === 'EISDIR' && task.op === operation.remove) {
    const error = new Error(`Path is a directory: rm returned EISDIR (is a directory) ${task.shown}`);
    error.name = 'SystemError';
    error.code = 'ERR_FS_EISDIR';
    error.errno = -errno;
    error.syscall = 'rm';
    error.path = task.shown;
    return error;
  }
  let text = `${code}: ${words}, ${name}`;
  const hasPath = task.shown !== undefined && name !== 'read' && name !== 'write';
  if (hasPath)
    text += ` '${task.shown}'`;
  if (task.dest !== undefined)
    text += ` -> '${task.dest}'`;
  const error = new Error(text);
  error.errno = errno;
  error.code = code;
  error.syscall = name;
  if (hasPath)
    error.path = task.shown;
  if (task.dest !== undefined)
    error.dest = task.dest;
  return error;
}

function check() {
  if (run === undefined)
    throw new ERR_ACCESS_DENIED('the context was not given files');
}

function sync(task, above) {
  check();
  const { 0: failure, 1: value } = run(task.op, absolute(task.path), task.other ?? '',
                                       task.content ?? '', task.flags ?? 0, task.mode ?? 0);
  if (failure !== undefined) {
    if (task.quiet)
      return undefined;
    const error = failureOf(task, failure);
    ErrorCaptureStackTrace(error, above);
    throw error;
  }
  return task.take === undefined ? value : task.take(value);
}

function later(task, done) {
  check();
  run(task.op, absolute(task.path), task.other ?? '', task.content ?? '', task.flags ?? 0,
      task.mode ?? 0, (failure, value) => {
        let taken;
        try {
          if (failure === undefined)
            taken = task.take === undefined ? value : task.take(value);
        } catch (error) {
          done(error);
          return;
        }
        if (failure !== undefined)
          done(failureOf(task, failure));
        else
          done(null, taken);
      });
}

// Three functions of what a task is made from: `xSync(...)`, `x(..., callback)`, and the
// promise of `fs/promises`.
function threeOf(name, make) {
  const syncName = `${name}Sync`;
  const three = {
    __proto__: null,
    sync: { [syncName](...args) {
      return sync(make(args), three.sync);
    } }[syncName],
    callback: { [name](...args) {
      const callback = args.length > 1 ? args[args.length - 1] : undefined;
      validateFunction(callback, 'cb');
      args.length -= 1;
      const task = make(args);
      if (task.signal?.aborted) {
        require('internal/process').nextTick(callback, abortOf(task.signal));
        return;
      }
      later(task, (error, value) => {
        if (error)
          callback(error);
        else if (value === undefined)
          callback(null);
        else
          callback(null, value);
      });
    } }[name],
    promise: { [name]: async (...args) => {
      const task = make(args);
      if (task.signal?.aborted)
        throw abortOf(task.signal);
      return new Promise((resolve, reject) => later(task, (error, value) => {
        if (error) {
          ErrorCaptureStackTrace(error);
          reject(error);
        } else {
          resolve(value);
        }
      }));
    } }[name],
  };
  return three;
}

function abortOf(signal) {
  const { AbortError } = require('internal/errors');
  return new AbortError(undefined, { cause: signal.reason });
}

// -- what is known of a file ------------------------------------------------------------

const kindOf = (mode) => mode & constants.S_IFMT;

class Stats {
  constructor(facts) {
    this.dev = facts[0];
    this.mode = facts[1];
    this.nlink = facts[2];
    this.uid = facts[3];
    this.gid = facts[4];
    this.rdev = facts[5];
    this.blksize = facts[6];
    this.ino = facts[7];
    this.size = facts[8];
    this.blocks = facts[9];
    this.atimeMs = facts[10];
    this.mtimeMs = facts[11];
    this.ctimeMs = facts[12];
    this.birthtimeMs = facts[13];
  }

  isFile() {
    return kindOf(this.mode) === constants.S_IFREG;
  }

  isDirectory() {
    return kindOf(this.mode) === constants.S_IFDIR;
  }

  isSymbolicLink() {
    return kindOf(this.mode) === constants.S_IFLNK;
  }

  isFIFO() {
    return kindOf(this.mode) === constants.S_IFIFO;
  }

  isSocket() {
    return kindOf(this.mode) === constants.S_IFSOCK;
  }

  isBlockDevice() {
    return kindOf(this.mode) === constants.S_IFBLK;
  }

  isCharacterDevice() {
    return kindOf(this.mode) === constants.S_IFCHR;
  }
}

const times = ['atime', 'mtime', 'ctime', 'birthtime'];
for (let i = 0; i < times.length; ++i) {
  const name = times[i];
  ObjectDefineProperty(Stats.prototype, name, {
    __proto__: null,
    enumerable: true,
    configurable: true,
    get() {
      const date = new Date(this[`${name}Ms`] + 0.5);
      this[name] = date;
      return date;
    },
    set(value) {
      ObjectDefineProperty(this, name, {
        __proto__: null, value, enumerable: true, configurable: true, writable: true,
      });
    },
  });
}

// As readdir(3) numbers them.
const direntKinds = { __proto__: null, fifo: 1, character: 2, folder: 4, block: 6, file: 8,
                      link: 10, socket: 12 };

class Dirent {
  #kind;

  constructor(name, path, kind) {
    this.name = name;
    this.parentPath = path;
    this.#kind = kind;
  }

  isFile() {
    return this.#kind === direntKinds.file;
  }

  isDirectory() {
    return this.#kind === direntKinds.folder;
  }

  isSymbolicLink() {
    return this.#kind === direntKinds.link;
  }

  isFIFO() {
    return this.#kind === direntKinds.fifo;
  }

  isSocket() {
    return this.#kind === direntKinds.socket;
  }

  isBlockDevice() {
    return this.#kind === direntKinds.block;
  }

  isCharacterDevice() {
    return this.#kind === direntKinds.character;
  }
}

// -- operations -------------------------------------------------------------------------

const isUtf8 = (encoding) => encoding === 'utf8' || encoding === 'utf-8' || encoding === 'UTF-8' ||
  encoding === 'UTF8';

// Text or a path in the encoding that was asked for.
function encoded(text, options) {
  const { encoding } = options;
  if (encoding === undefined || encoding === null || isUtf8(encoding))
    return text;
  const bytes = Buffer.from(text);
  return encoding === 'buffer' ? bytes : bytes.toString(encoding);
}

const toBuffer = (bytes) => Buffer.from(
  TypedArrayPrototypeGetBuffer(bytes), 0, TypedArrayPrototypeGetByteLength(bytes));

const readFile = threeOf('readFile', (args) => {
  const options = optionsOf(args[1], { encoding: null, flag: 'r' });
  const shown = pathOf(args[0]);
  const { encoding } = options;
  if (isUtf8(encoding))
    return { op: operation.read, path: shown, shown, flags: 1, signal: options.signal };
  return {
    op: operation.read, path: shown, shown, signal: options.signal,
    take: (bytes) => {
      const buffer = toBuffer(bytes);
      return encoding === null || encoding === undefined || encoding === 'buffer' ? buffer :
        buffer.toString(encoding);
    },
  };
});

// Of descriptors there is one, the host's input.
const readNamedFileSync = readFile.sync;
readFile.sync = function readFileSync(path, options) {
  if (path !== 0)
    return readNamedFileSync(path, options);
  const { encoding } = optionsOf(options, { __proto__: null, encoding: null });
  check();
  const { 0: failure, 1: bytes } = internalBinding('process').readWholeInput();
  if (failure !== undefined) {
    const error = failureOf({ __proto__: null, syscall: 'read' }, failure);
    ErrorCaptureStackTrace(error, readFileSync);
    throw error;
  }
  const buffer = toBuffer(bytes);
  return encoding === null || encoding === undefined || encoding === 'buffer' ? buffer :
    buffer.toString(encoding);
};

function contentOf(data, encoding) {
  if (typeof data === 'string')
    return isUtf8(encoding) || encoding === undefined || encoding === null ? data :
      Buffer.from(data, encoding);
  if (ArrayBufferIsView(data))
    return data;
  throw new ERR_INVALID_ARG_TYPE('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
}

const writer = (flag) => (args) => {
  const options = optionsOf(args[2], { encoding: 'utf8', mode: 0o666, flag });
  const shown = pathOf(args[0]);
  return { op: operation.write, path: shown, shown, content: contentOf(args[1], options.encoding),
           flags: flagsOf(options.flag), mode: modeOf(options.mode, 0o666),
           signal: options.signal };
};
const writeFile = threeOf('writeFile', writer('w'));
const appendFile = threeOf('appendFile', writer('a'));

const looker = (op) => (args) => {
  const shown = pathOf(args[0]);
  const options = optionsOf(args[1], { bigint: false, throwIfNoEntry: true });
  if (options.bigint)
    throw new ERR_INVALID_ARG_VALUE('options.bigint', true, 'is not supported');
  return { op, path: shown, shown, quiet: options.throwIfNoEntry === false,
           take: (facts) => new Stats(facts) };
};
const stat = threeOf('stat', looker(operation.stat));
const lstat = threeOf('lstat', looker(operation.lstat));

const access = threeOf('access', (args) => {
  const shown = pathOf(args[0]);
  const mode = args[1] === undefined ? 0 : args[1];
  validateInteger(mode, 'mode', 0, 7);
  return { op: operation.access, path: shown, shown, mode };
});

const realpath = threeOf('realpath', (args) => {
  const shown = pathOf(args[0]);
  const options = optionsOf(args[1], { encoding: 'utf8' });
  return { op: operation.realpath, path: shown, shown: absolute(shown), syscall: 'lstat',
           take: (text) => encoded(text, options) };
});

const readdir = threeOf('readdir', (args) => {
  const shown = pathOf(args[0]);
  const options = optionsOf(args[1], { encoding: 'utf8', withFileTypes: false });
  if (options.recursive)
    throw new ERR_INVALID_ARG_VALUE('options.recursive', true, 'is not supported');
  return {
    op: operation.readdir, path: shown, shown,
    take: ({ 0: names, 1: kinds }) => {
      const list = [];
      for (let i = 0; i < names.length; ++i) {
        const name = encoded(names[i], options);
        ArrayPrototypePush(list, options.withFileTypes ? new Dirent(name, shown, kinds[i]) : name);
      }
      return list;
    },
  };
});

const mkdir = threeOf('mkdir', (args) => {
  const shown = pathOf(args[0]);
  let options = args[1];
  if (typeof options === 'number' || typeof options === 'string')
    options = { mode: options };
  const { recursive = false, mode } = options ?? {};
  validateBoolean(recursive, 'options.recursive');
  return { op: operation.mkdir, path: shown, shown, flags: recursive ? 1 : 0,
           mode: modeOf(mode, 0o777), take: (made) => (recursive ? made : undefined) };
});

const mkdtemp = threeOf('mkdtemp', (args) => {
  const shown = pathOf(args[0], 'prefix');
  const options = optionsOf(args[1], { encoding: 'utf8' });
  return { op: operation.mkdtemp, path: shown, shown: `${shown}XXXXXX`,
           take: (text) => encoded(text, options) };
});

const plain = (op) => (args) => {
  const shown = pathOf(args[0]);
  return { op, path: shown, shown };
};
const rmdir = threeOf('rmdir', plain(operation.rmdir));
const unlink = threeOf('unlink', plain(operation.unlink));

const rm = threeOf('rm', (args) => {
  const shown = pathOf(args[0]);
  if (args[1] !== undefined)
    validateObject(args[1], 'options');
  const { recursive = false, force = false } = args[1] ?? {};
  validateBoolean(recursive, 'options.recursive');
  validateBoolean(force, 'options.force');
  return { op: operation.remove, path: shown, shown,
           flags: (recursive ? 1 : 0) + (force ? 2 : 0) };
});

const twoPaths = (op) => (args) => {
  const shown = pathOf(args[0], op === operation.rename ? 'oldPath' : 'src');
  const dest = pathOf(args[1], op === operation.rename ? 'newPath' : 'dest');
  let flags = 0;
  if (op === operation.copy && args[2] !== undefined) {
    validateInteger(args[2], 'mode', 0, 7);
    if (args[2] & constants.COPYFILE_EXCL)
      flags = constants.O_EXCL;
  }
  return { op, path: shown, shown, other: absolute(dest), dest, flags };
};
const rename = threeOf('rename', twoPaths(operation.rename));
const copyFile = threeOf('copyFile', twoPaths(operation.copy));

const readlink = threeOf('readlink', (args) => {
  const shown = pathOf(args[0]);
  const options = optionsOf(args[1], { encoding: 'utf8' });
  return { op: operation.readlink, path: shown, shown, take: (text) => encoded(text, options) };
});

const chmod = threeOf('chmod', (args) => {
  const shown = pathOf(args[0]);
  return { op: operation.chmod, path: shown, shown, mode: modeOf(args[1], 0) };
});

const truncate = threeOf('truncate', (args) => {
  const shown = pathOf(args[0]);
  const length = args[1] === undefined ? 0 : args[1];
  validateInteger(length, 'len', 0);
  return { op: operation.truncate, path: shown, shown, flags: length };
});

const all = {
  __proto__: null,
  access, appendFile, chmod, copyFile, lstat, mkdir, mkdtemp, readFile, readdir, readlink,
  realpath, rename, rm, rmdir, stat, truncate, unlink, writeFile,
};

// A file that cannot be named is not there.
function existsSync(path) {
  let named;
  try {
    named = pathOf(path);
  } catch {
    return false;
  }
  check();
  return run(operation.access, absolute(named), '', '', 0, 0)[0] === undefined;
}

const promises = {};
const fs = { existsSync };
const names = primordials.ObjectKeys(all);
for (let i = 0; i < names.length; ++i) {
  const three = all[names[i]];
  fs[names[i]] = three.callback;
  fs[`${names[i]}Sync`] = three.sync;
  promises[names[i]] = three.promise;
}
fs.realpath.native = fs.realpath;
fs.realpathSync.native = fs.realpathSync;
fs.Stats = Stats;
fs.Dirent = Dirent;
fs.constants = constants;
fs.F_OK = constants.F_OK;
fs.R_OK = constants.R_OK;
fs.W_OK = constants.W_OK;
fs.X_OK = constants.X_OK;
promises.constants = constants;

module.exports = { fs, promises };

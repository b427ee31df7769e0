'use strict';

// What the functions of `node:child_process` are given, checked and brought into one form.

const {
  ArrayIsArray,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  Error,
  NumberIsInteger,
  ReflectOwnKeys,
  StringPrototypeIncludes,
  StringPrototypeToUpperCase,
  TypeError,
} = primordials;

const { E, codes } = require('internal/errors');
const { resolve } = require('internal/path');
const { process, signals } = require('internal/process');
const { isArrayBufferView, isUint8Array } = require('internal/util/types');
const {
  validateArray, validateBoolean, validateObject, validateString,
} = require('internal/validators');
const lazyInspect = (value) => require('internal/util/inspect').inspect(value);

E('ERR_CHILD_PROCESS_IPC_REQUIRED', (name) =>
  `Forked processes must have an IPC channel, missing value 'ipc' in ${name}`, Error);
E('ERR_CHILD_PROCESS_STDIO_MAXBUFFER', (name) => `${name} maxBuffer length exceeded`,
  primordials.RangeError);
E('ERR_INVALID_SYNC_FORK_INPUT', (input) =>
  `Asynchronous forks do not support Buffer, TypedArray, DataView or string input: ${input}`,
  TypeError);
E('ERR_IPC_CHANNEL_CLOSED', 'Channel closed', Error);
E('ERR_IPC_DISCONNECTED', 'IPC channel is already disconnected', Error);
E('ERR_IPC_ONE_PIPE', 'Child process can have only one IPC pipe', Error);
E('ERR_IPC_SYNC_FORK', 'IPC cannot be used with synchronous forks', Error);

const {
  ERR_ACCESS_DENIED, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_SYNC_FORK_INPUT,
  ERR_IPC_ONE_PIPE, ERR_IPC_SYNC_FORK, ERR_OUT_OF_RANGE, ERR_UNKNOWN_SIGNAL,
} = codes;

function checkAccess() {
  if (internalBinding('child_process').spawn === undefined)
    throw new ERR_ACCESS_DENIED('the context was not given processes');
}

// -- texts ------------------------------------------------------------------------------

function refuseNull(text, name, what = 'a string') {
  if (typeof text === 'string' && StringPrototypeIncludes(text, '\0'))
    throw new ERR_INVALID_ARG_VALUE(name, text, `must be ${what} without null bytes`);
}

const given = (value) => value !== undefined && value !== null;

function folderOf(cwd) {
  if (!given(cwd))
    return process.cwd();
  let text = cwd;
  if (isUint8Array(cwd))
    text = require('internal/buffer').Buffer.from(cwd).toString();
  else if (typeof cwd === 'object' && given(cwd.href) && given(cwd.protocol))
    text = require('internal/url').fileURLToPath(cwd);
  else if (typeof cwd !== 'string')
    throw new ERR_INVALID_ARG_TYPE('options.cwd', ['string', 'Buffer', 'URL'], cwd);
  refuseNull(text, 'options.cwd', 'a string, Uint8Array, or URL');
  return text === '' ? process.cwd() : resolve(text);
}

// Those of its prototypes too, as Node does.
function variablesOf(env) {
  const pairs = [];
  for (const key in env ?? process.env) {
    const value = (env ?? process.env)[key];
    if (value === undefined)
      continue;
    refuseNull(key, `options.env['${key}']`);
    refuseNull(`${value}`, `options.env['${key}']`);
    ArrayPrototypePush(pairs, `${key}=${value}`);
  }
  return pairs;
}

function checkId(value, name) {
  if (given(value) && (value | 0) !== value)
    throw new ERR_INVALID_ARG_TYPE(name, 'int32', value);
}

function checkKind(value, name, validate) {
  if (given(value))
    validate(value, name);
}

// -- what the functions share -----------------------------------------------------------

// (file[, args][, options]) -> { ...options, file, args, envPairs, folder }
function normalize(file, args, options) {
  checkAccess();
  validateString(file, 'file');
  refuseNull(file, 'file');
  if (file.length === 0)
    throw new ERR_INVALID_ARG_VALUE('file', file, 'cannot be empty');
  if (ArrayIsArray(args)) {
    args = ArrayPrototypeSlice(args);
  } else if (!given(args)) {
    args = [];
  } else if (typeof args !== 'object') {
    throw new ERR_INVALID_ARG_TYPE('args', 'object', args);
  } else {
    options = args;
    args = [];
  }
  for (let i = 0; i < args.length; ++i) {
    args[i] = `${args[i]}`;
    refuseNull(args[i], `args[${i}]`);
  }
  if (options === undefined)
    options = {};
  else
    validateObject(options, 'options');
  const folder = folderOf(options.cwd);
  checkKind(options.detached, 'options.detached', validateBoolean);
  checkId(options.uid, 'options.uid');
  checkId(options.gid, 'options.gid');
  const { shell } = options;
  if (given(shell) && typeof shell !== 'boolean' && typeof shell !== 'string')
    throw new ERR_INVALID_ARG_TYPE('options.shell', ['boolean', 'string'], shell);
  checkKind(options.argv0, 'options.argv0', validateString);
  refuseNull(options.argv0, 'options.argv0');
  checkKind(options.windowsHide, 'options.windowsHide', validateBoolean);
  checkKind(options.windowsVerbatimArguments, 'options.windowsVerbatimArguments',
            validateBoolean);
  refuseNull(shell, 'options.shell');
  if (shell) {
    if (args.length > 0)
      warnOfShell();
    let command = file;
    for (let i = 0; i < args.length; ++i)
      command += ` ${args[i]}`;
    file = typeof shell === 'string' ? shell : '/bin/sh';
    args = ['-c', command];
  }
  const all = [typeof options.argv0 === 'string' ? options.argv0 : file];
  for (let i = 0; i < args.length; ++i)
    ArrayPrototypePush(all, args[i]);
  return {
    __proto__: null,
    ...options,
    args: all,
    detached: !!options.detached,
    envPairs: variablesOf(options.env),
    file,
    folder,
  };
}

let warned = false;

function warnOfShell() {
  if (warned)
    return;
  warned = true;
  process.emitWarning(
    'Passing args to a child process with shell option true can lead to security ' +
    'vulnerabilities, as the arguments are not escaped, only concatenated.',
    'DeprecationWarning', 'DEP0190');
}

function checkTimeout(timeout) {
  if (given(timeout) && !(NumberIsInteger(timeout) && timeout >= 0))
    throw new ERR_OUT_OF_RANGE('timeout', 'an unsigned integer', timeout);
}

function checkMaxBuffer(max) {
  if (given(max) && (typeof max !== 'number' || !(max >= 0)))
    throw new ERR_OUT_OF_RANGE('options.maxBuffer', 'a positive number', max);
}

// -- signals ----------------------------------------------------------------------------

// Its number.
function signalOf(signal) {
  if (typeof signal === 'number') {
    if (nameOf(signal) !== undefined)
      return signal;
  } else if (typeof signal === 'string') {
    const number = signals[StringPrototypeToUpperCase(signal)];
    if (number !== undefined)
      return number;
  }
  throw new ERR_UNKNOWN_SIGNAL(signal);
}

function nameOf(number) {
  const names = ReflectOwnKeys(signals);
  for (let i = 0; i < names.length; ++i)
    if (signals[names[i]] === number)
      return names[i];
  return undefined;
}

function killSignalOf(signal) {
  if (typeof signal === 'string' || typeof signal === 'number')
    return signalOf(signal);
  if (given(signal))
    throw new ERR_INVALID_ARG_TYPE('options.killSignal', ['string', 'number'], signal);
  return signals.SIGTERM;
}

// -- descriptors ------------------------------------------------------------------------

const ignored = -1;
const pipe = -2;

// [{ fd, input, isChannel }, ...]: of ours, or one of those two.
function descriptorsOf(stdio, isSync) {
  if (typeof stdio === 'string') {
    if (stdio !== 'ignore' && stdio !== 'pipe' && stdio !== 'overlapped' && stdio !== 'inherit')
      throw new ERR_INVALID_ARG_VALUE('stdio', stdio);
    stdio = [stdio, stdio, stdio];
  } else if (!ArrayIsArray(stdio)) {
    throw new ERR_INVALID_ARG_VALUE('stdio', stdio);
  }
  const made = [];
  let hasChannel = false;
  for (let i = 0; i < stdio.length || i < 3; ++i) {
    const each = i < stdio.length ? stdio[i] : undefined;
    const item = { fd: pipe, input: undefined, isChannel: false };
    if (each === undefined || each === null) {
      item.fd = i < 3 ? pipe : ignored;
    } else if (each === 'ignore') {
      item.fd = ignored;
    } else if (each === 'inherit') {
      item.fd = i;
    } else if (each === 'ipc') {
      if (isSync)
        throw new ERR_IPC_SYNC_FORK();
      if (hasChannel)
        throw new ERR_IPC_ONE_PIPE();
      hasChannel = true;
      item.isChannel = true;
    } else if (typeof each === 'number' && NumberIsInteger(each) && each >= 0) {
      item.fd = each;
    } else if (typeof each === 'string' || isArrayBufferView(each)) {
      if (each !== 'pipe' && each !== 'overlapped') {
        if (!isSync)
          throw new ERR_INVALID_SYNC_FORK_INPUT(lazyInspect(each));
        item.input = each;
      }
    } else if (typeof each === 'object' && typeof each.fd === 'number') {
      item.fd = each.fd;
    } else {
      throw new ERR_INVALID_ARG_VALUE('stdio', each);
    }
    ArrayPrototypePush(made, item);
  }
  return made;
}

// -- errors -----------------------------------------------------------------------------

// What the system says, [errno, code, words].
function systemError(failure, syscall) {
  const { 0: errno, 1: code } = failure;
  const error = new Error(`${syscall} ${code}`);
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  return error;
}

// Of a program that did not begin, or was ended.
function spawnError(failure, syscall, file, args) {
  const error = systemError(failure, `${syscall} ${file}`);
  error.path = file;
  error.spawnargs = ArrayPrototypeSlice(args, 1);
  return error;
}

const commandOf = (file, args) =>
  (args.length === 0 ? file : `${file} ${ArrayPrototypeJoin(args, ' ')}`);

module.exports = {
  checkAccess,
  checkMaxBuffer,
  checkTimeout,
  codes,
  commandOf,
  descriptorsOf,
  folderOf,
  given,
  killSignalOf,
  nameOf,
  normalize,
  signalOf,
  spawnError,
  systemError,
  validateArray,
};

'use strict';

// `process` (https://nodejs.org/api/process.html). What it is about comes from the host
// (`context_options::process`): it never touches the real process but through functions of
// the host.

const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  Error,
  ErrorCaptureStackTrace,
  FunctionPrototypeCall,
  Number,
  NumberIsInteger,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectFreeze,
  ObjectHasOwn,
  ObjectKeys,
  Proxy,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  ReflectDefineProperty,
  String,
  SymbolToStringTag,
  WeakMap,
  WeakMapPrototypeDelete,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;

const binding = internalBinding('process');
const { codes } = require('internal/errors');
const {
  ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_UNHANDLED_REJECTION,
  ERR_UNKNOWN_SIGNAL, ERR_FEATURE_UNAVAILABLE,
  ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET,
} = codes;
const EventEmitter = require('internal/events');
const {
  validateArray, validateFunction, validateNumber, validateObject, validateString,
} = require('internal/validators');
const lazyInspect = (value, options) => require('internal/util/inspect').inspect(value, options);

const facts = binding.facts();

// As Linux numbers them.
const signals = ObjectFreeze({
  __proto__: null,
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGIOT: 6, SIGBUS: 7,
  SIGFPE: 8, SIGKILL: 9, SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14,
  SIGTERM: 15, SIGCHLD: 17, SIGSTKFLT: 16, SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21,
  SIGTTOU: 22, SIGURG: 23, SIGXCPU: 24, SIGXFSZ: 25, SIGVTALRM: 26, SIGPROF: 27,
  SIGWINCH: 28, SIGIO: 29, SIGPOLL: 29, SIGPWR: 30, SIGSYS: 31,
});

// -- the object -------------------------------------------------------------------------

// Its prototype is a class named `process`, below EventEmitter.
function processConstructor() {}
ObjectDefineProperty(processConstructor, 'name', { __proto__: null, value: 'process' });
const prototype = ObjectCreate(EventEmitter.prototype, {
  constructor: { __proto__: null, value: processConstructor, writable: true, configurable: true },
});
processConstructor.prototype = prototype;
const process = ObjectCreate(prototype);
ObjectDefineProperty(process, SymbolToStringTag,
                     { __proto__: null, value: 'process', configurable: true });
FunctionPrototypeCall(EventEmitter, process);

// What the host was told to show, and how.
const settings = {
  __proto__: null,
  warnings: true,
  traceWarnings: false,
  disabledWarnings: [],
  throwDeprecation: false,
  unhandledRejections: 'throw',
};

function define(members) {
  const keys = ObjectKeys(members);
  for (let i = 0; i < keys.length; ++i)
    process[keys[i]] = members[keys[i]];
}

function readOnly(name, value) {
  ObjectDefineProperty(process, name, {
    __proto__: null, value, writable: false, enumerable: true, configurable: false,
  });
}

// -- facts ------------------------------------------------------------------------------

// The version of Node whose documentation the built-ins follow: scripts test it before they
// use what came late.
const version = '24.0.0';
const v8Parts = facts.v8;
readOnly('version', `v${version}`);
readOnly('versions', ObjectFreeze({
  node: version, troupe: facts.troupe, uv: facts.uv, v8: v8Parts, modules: '137',
}));
readOnly('arch', facts.arch);
readOnly('platform', 'linux');
ObjectDefineProperty(process, 'release', {
  __proto__: null, value: ObjectFreeze({ name: 'node' }), enumerable: true, writable: false,
  configurable: true,
});
process.argv = facts.argv;
process.execArgv = facts.execArgv;
process.execPath = facts.execPath;
process.argv0 = facts.argv.length > 0 ? facts.argv[0] : '';
process.title = facts.title;
ObjectDefineProperty(process, 'pid',
                     { __proto__: null, value: facts.pid, enumerable: true, configurable: true });
ObjectDefineProperty(process, 'ppid',
                     { __proto__: null, value: facts.ppid, enumerable: true, configurable: true });
process.debugPort = 9229;
process.config = ObjectFreeze({
  __proto__: null,
  target_defaults: ObjectFreeze({ __proto__: null }),
  variables: ObjectFreeze({ __proto__: null }),
});
process.features = ObjectFreeze({
  inspector: false, debug: false, uv: true, ipv6: true, tls_alpn: false, tls_sni: false,
  tls_ocsp: false, tls: false, cached_builtins: true, require_module: true, typescript: false,
});

// Variables are text, whatever they are set to.
const variables = {};
for (let i = 0; i + 1 < facts.env.length; i += 2)
  variables[facts.env[i]] = facts.env[i + 1];

function textOf(value) {
  if (typeof value === 'symbol')
    throw new primordials.TypeError('Cannot convert a Symbol value to a string');
  return `${value}`;
}

process.env = new Proxy(variables, {
  __proto__: null,
  set(target, key, value) {
    if (typeof key === 'symbol')
      throw new primordials.TypeError('Cannot convert a Symbol value to a string');
    target[key] = textOf(value);
    return true;
  },
  defineProperty(target, key, descriptor) {
    if ('get' in descriptor || 'set' in descriptor)
      throw new codes.ERR_INVALID_OBJECT_DEFINE_PROPERTY(
        "'process.env' does not accept an accessor(getter/setter) descriptor");
    if (descriptor.configurable !== true || descriptor.enumerable !== true ||
        descriptor.writable !== true)
      throw new codes.ERR_INVALID_OBJECT_DEFINE_PROPERTY(
        "'process.env' only accepts a configurable, writable, and enumerable data descriptor");
    return ReflectDefineProperty(target, key, {
      __proto__: null, value: textOf(descriptor.value), writable: true, enumerable: true,
      configurable: true,
    });
  },
});

// -- time and memory --------------------------------------------------------------------

function hrtime(previous) {
  const now = binding.hrtime();
  let seconds = Number(now / 1000000000n);
  let nanoseconds = Number(now % 1000000000n);
  if (previous !== undefined) {
    validateArray(previous, 'time');
    if (previous.length !== 2)
      throw new ERR_OUT_OF_RANGE('time', 2, previous.length);
    seconds -= previous[0];
    nanoseconds -= previous[1];
    if (nanoseconds < 0) {
      --seconds;
      nanoseconds += 1e9;
    }
  }
  return [seconds, nanoseconds];
}
hrtime.bigint = function bigint() {
  return binding.hrtime();
};

function memoryUsage() {
  const { 0: rss, 1: heapTotal, 2: heapUsed, 3: external, 4: arrayBuffers } =
    binding.memoryUsage();
  return { rss, heapTotal, heapUsed, external, arrayBuffers };
}
memoryUsage.rss = function rss() {
  return binding.memoryUsage()[0];
};

define({
  cwd() {
    return facts.cwd;
  },
  chdir(directory) {
    validateString(directory, 'directory');
    throw new ERR_FEATURE_UNAVAILABLE('process.chdir()');
  },
  umask() {
    return 0o022;
  },
  uptime() {
    return binding.uptime();
  },
  hrtime,
  memoryUsage,
  cpuUsage(previous) {
    const { 0: user, 1: system } = binding.cpuUsage();
    if (previous === undefined)
      return { user, system };
    validateObject(previous, 'prevValue');
    return { user: user - previous.user, system: system - previous.system };
  },
});

// -- input and output -------------------------------------------------------------------

function makeOutput(fd, isError, terminal) {
  const { Writable } = require('internal/streams/writable');
  const stream = new Writable({
    __proto__: null,
    decodeStrings: false,
    write(chunk, encoding, done) {
      if (typeof chunk === 'string' && encoding !== 'utf8' && encoding !== 'utf-8')
        chunk = require('internal/buffer').Buffer.from(chunk, encoding);
      binding.write(isError, chunk);
      done();
    },
  });
  stream.fd = fd;
  stream._isStdio = true;
  if (terminal[0]) {
    stream.isTTY = true;
    stream.columns = terminal[1];
    stream.rows = terminal[2];
    stream.getWindowSize = () => [stream.columns, stream.rows];
    stream.getColorDepth = () => 8;
    stream.hasColors = (count = 16) => count <= 256;
  }
  return stream;
}

// Without making the streams.
const terminals = { out: facts.stdout[0] === 1, err: facts.stderr[0] === 1 };

// What gives a stream when it is asked for.
function lazy(name, make) {
  let made;
  const get = () => made ??= make();
  ObjectDefineProperty(process, name, { __proto__: null, get, enumerable: true, configurable: true });
  return get;
}

// An output, and how to learn whether a program has put something else in its place: a stream,
// or a method `write`.
function output(name, isError) {
  let write;
  const get = lazy(name, () => {
    const stream = makeOutput(isError ? 2 : 1, isError, facts[name]);
    ({ write } = stream);
    return stream;
  });
  return () => {
    const now = ReflectGetOwnPropertyDescriptor(process, name);
    if (now?.get === get && write === undefined)
      return undefined; // nobody has asked for it yet
    const stream = process[name];
    return stream && stream.write !== write && typeof stream.write === 'function' ? stream : undefined;
  };
}
const otherOut = output('stdout', false);
const otherErr = output('stderr', true);
require('internal/console').outlets.other = (isError) => (isError ? otherErr : otherOut)();
lazy('stdin', () => require('internal/stdin').makeInput(binding, facts.stdin[0] === 1));

// -- nextTick ---------------------------------------------------------------------------

let ticks = [];
let nextIndex = 0;

function nextTick(callback, ...args) {
  validateFunction(callback, 'callback');
  if (exiting)
    return;
  ArrayPrototypePush(ticks, { callback, args });
  binding.tickScheduled();
}

// Runs all of them, also those that they add. The native side calls it again when one throws.
function processTicks() {
  while (nextIndex < ticks.length) {
    const { callback, args } = ticks[nextIndex];
    ticks[nextIndex++] = undefined;
    if (nextIndex === ticks.length || nextIndex === 10000) {
      ticks = ArrayPrototypeSlice(ticks, nextIndex);
      nextIndex = 0;
    }
    ReflectApply(callback, undefined, args);
  }
}
process.nextTick = nextTick;

// -- the end ----------------------------------------------------------------------------

let exiting = false;
let exitCode;

function checkExitCode(code) {
  if (code === undefined || code === null)
    return;
  if (typeof code === 'string' && code !== '' && NumberIsInteger(+code))
    return;
  validateNumber(code, 'code');
  if (!NumberIsInteger(code))
    throw new ERR_OUT_OF_RANGE('code', 'an integer', code);
}

ObjectDefineProperty(process, 'exitCode', {
  __proto__: null,
  get() {
    return exitCode;
  },
  set(code) {
    checkExitCode(code);
    exitCode = code === null ? undefined : code;
  },
  enumerable: true,
  configurable: false,
});
ObjectDefineProperty(process, '_exiting', {
  __proto__: null,
  get() {
    return exiting;
  },
  enumerable: true,
  configurable: true,
});

const statusNow = () => (exitCode === undefined ? 0 : +exitCode & 0xFF);

function reallyExit(code) {
  binding.exit(code === undefined ? statusNow() : code & 0xFF);
}

function exit(code) {
  if (arguments.length !== 0)
    process.exitCode = code;
  emitExit();
  process.reallyExit(statusNow()); // programs put themselves in its place
}

function emitExit() {
  if (exiting)
    return;
  exiting = true;
  process.emit('exit', exitCode === undefined ? 0 : +exitCode);
}

define({
  exit,
  reallyExit,
  abort() {
    binding.exit(134);
  },
});

// The program is over without having asked for it. What a listener of 'exit' throws is as
// uncaught as any other error.
function finish(code) {
  if (code !== undefined && exitCode === undefined)
    exitCode = code;
  binding.guard(() => emitExit());
  binding.runMicrotasks();
  reallyExit();
}

function beforeExit() {
  if (!exiting)
    process.emit('beforeExit', exitCode === undefined ? 0 : +exitCode);
}

// -- errors that nobody caught ----------------------------------------------------------

let captureFunction = null;

define({
  setUncaughtExceptionCaptureCallback(fn) {
    if (fn === null) {
      captureFunction = null;
      return;
    }
    if (typeof fn !== 'function')
      throw new ERR_INVALID_ARG_TYPE('fn', ['Function', 'null'], fn);
    if (captureFunction !== null)
      throw new ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET();
    captureFunction = fn;
  },
  hasUncaughtExceptionCaptureCallback() {
    return captureFunction !== null;
  },
});

// Also of another realm.
const isNativeError = (value) => require('internal/util/types').isNativeError(value);

// Is it told as the error that it is, when a promise is rejected with it?
function isError(value) {
  if (value === null || typeof value !== 'object')
    return false;
  try {
    return isNativeError(value) || ObjectHasOwn(value, 'stack');
  } catch {
    return false;
  }
}

function showFatal(error, arrow) {
  let text;
  try {
    const isObject = error !== null && (typeof error === 'object' || typeof error === 'function');
    if (isObject)
      error.stack; // eslint-disable-line no-unused-expressions
    text = isObject ? lazyInspect(error, { colors: false, customInspect: false, depth: 5 }) :
      String(error);
  } catch {
    try {
      text = String(error);
    } catch {
      text = 'an exception that cannot be shown';
    }
  }
  return `${arrow ?? ''}${text}\n`;
}

function die(error, arrow, code) {
  if (!facts.canExit)
    return false;
  if (code === 7) {
    // Handlers are not to be trusted.
    exiting = true;
    exitCode = code;
  }
  try {
    exitCode = exiting ? exitCode : code;
    emitExit();
  } catch {
    // It dies of the first one.
  }
  binding.write(true, showFatal(error, arrow));
  binding.exit(exitCode === undefined ? code : statusNow());
  return true;
}

// @returns true when nobody else need hear of it. `isSecond`: a handler has thrown it.
function onUncaught(error, origin, arrow, isSecond) {
  if (isSecond === true)
    return die(error, arrow, 7);
  if (captureFunction !== null) {
    captureFunction(error);
    return true;
  }
  process.emit('uncaughtExceptionMonitor', error, origin);
  if (process.emit('uncaughtException', error, origin))
    return true;
  return die(error, arrow, 1);
}

// Promises whose rejection was reported: the number that warnings have.
const reported = new WeakMap();
let lastRejection = 0;

function onRejected(promise, reason, arrow) {
  WeakMapPrototypeSet(reported, promise, ++lastRejection);
  const mode = settings.unhandledRejections;
  if (mode === 'none') {
    process.emit('unhandledRejection', reason, promise);
    return true;
  }
  if (mode === 'strict') {
    const caught = throwRejection(reason, arrow);
    if (caught && !process.emit('unhandledRejection', reason, promise))
      warnOfRejection(reason);
    return caught;
  }
  if (process.emit('unhandledRejection', reason, promise) && mode !== 'warn')
    return true;
  if (mode === 'warn' || mode === 'warn-with-error-codes') {
    warnOfRejection(reason);
    if (mode === 'warn-with-error-codes')
      exitCode ??= 1;
    return true;
  }
  return throwRejection(reason, arrow);
}

function describe(reason) {
  try {
    return binding.describe(reason);
  } catch {
    return 'a reason that cannot be shown';
  }
}

function warnOfRejection(reason) {
  let text;
  try {
    text = isError(reason) ? reason.stack : undefined;
  } catch {
    // Its stack throws.
  }
  emitWarning(text ?? describe(reason), 'UnhandledPromiseRejectionWarning');
  emitWarning('Unhandled promise rejection. This error originated either by throwing inside ' +
              'of an async function without a catch block, or by rejecting a promise which ' +
              'was not handled with .catch(). To terminate the node process on unhandled ' +
              'promise rejection, use the CLI flag `--unhandled-rejections=strict` (see ' +
              'https://nodejs.org/api/cli.html#cli_unhandled_rejections_mode). (rejection ' +
              `id: ${lastRejection})`, 'UnhandledPromiseRejectionWarning');
}

// As an error that nobody caught. @returns whether somebody did.
function throwRejection(reason, arrow) {
  if (isError(reason))
    return onUncaught(reason, 'unhandledRejection', arrow);
  const error = new ERR_UNHANDLED_REJECTION(describe(reason));
  error.name = 'UnhandledPromiseRejection';
  ErrorCaptureStackTrace(error); // no code of the script is in it
  return onUncaught(error, 'unhandledRejection');
}

function onHandled(promise) {
  if (WeakMapPrototypeGet(reported, promise) === undefined)
    return;
  WeakMapPrototypeDelete(reported, promise);
  process.emit('rejectionHandled', promise);
}

// -- warnings ---------------------------------------------------------------------------

let toldHowToTrace = false;
let toldHowToTraceDeprecation = false;

function onWarning(warning) {
  if (!settings.warnings || !(warning instanceof Error))
    return;
  const isDeprecation = warning.name === 'DeprecationWarning';
  if (isDeprecation && process.noDeprecation)
    return;
  if (ArrayPrototypeIncludes(settings.disabledWarnings, warning.name) ||
      (warning.code !== undefined &&
       ArrayPrototypeIncludes(settings.disabledWarnings, warning.code)))
    return;
  const trace = settings.traceWarnings || process.traceProcessWarnings ||
    (isDeprecation && process.traceDeprecation);
  let text = `(node:${facts.pid}) `;
  if (warning.code)
    text += `[${warning.code}] `;
  if (trace && warning.stack)
    text += `${warning.stack}`;
  else
    text += typeof warning.toString === 'function' ? `${warning.toString()}` :
      primordials.ErrorPrototypeToString(warning);
  if (typeof warning.detail === 'string')
    text += `\n${warning.detail}`;
  if (!trace) {
    const flag = isDeprecation ? '--trace-deprecation' : '--trace-warnings';
    if (isDeprecation ? !toldHowToTraceDeprecation && !toldHowToTrace : !toldHowToTrace) {
      text += `\n(Use \`node ${flag} ...\` to show where the warning was created)`;
      toldHowToTrace = true;
      toldHowToTraceDeprecation = true;
    }
  }
  const stream = otherErr();
  if (stream === undefined)
    binding.write(true, `${text}\n`);
  else
    stream.write(`${text}\n`);
}

function emitWarning(warning, type, code, ctor) {
  let detail;
  if (type !== null && typeof type === 'object' && !ArrayIsArray(type)) {
    ({ ctor, code } = type);
    if (typeof type.detail === 'string')
      ({ detail } = type);
    type = type.type || 'Warning';
  } else if (typeof type === 'function') {
    ctor = type;
    code = '';
    type = 'Warning';
  }
  if (type !== undefined)
    validateString(type, 'type');
  if (typeof code === 'function') {
    ctor = code;
    code = '';
  } else if (code !== undefined) {
    validateString(code, 'code');
  }
  if (typeof warning === 'string') {
    const made = new Error(warning);
    ObjectDefineProperty(made, 'name', {
      __proto__: null, value: String(type || 'Warning'), enumerable: false, writable: true,
      configurable: true,
    });
    if (code !== undefined && code !== '')
      made.code = code;
    if (detail !== undefined)
      made.detail = detail;
    ErrorCaptureStackTrace(made, ctor || process.emitWarning);
    warning = made;
  } else if (!(warning instanceof Error)) {
    throw new ERR_INVALID_ARG_TYPE('warning', ['Error', 'string'], warning);
  }
  if (warning.name === 'DeprecationWarning') {
    if (process.noDeprecation)
      return;
    if (process.throwDeprecation)
      return nextTick(() => {
        throw warning;
      });
  }
  nextTick(() => process.emit('warning', warning));
}
process.emitWarning = emitWarning;
require('internal/util').onWarning(
  (warning, type, code) => process.emitWarning(warning, type, code));

// -- signals ----------------------------------------------------------------------------

const numberOf = (signal) => {
  if (typeof signal === 'string')
    return signals[signal];
  return undefined;
};

EventEmitter.prototype.on.call(process, 'newListener', (type) => {
  const number = numberOf(type);
  if (number !== undefined && process.listenerCount(type) === 0)
    binding.watchSignal(number, true);
});
EventEmitter.prototype.on.call(process, 'removeListener', (type) => {
  const number = numberOf(type);
  if (number !== undefined && process.listenerCount(type) === 0 &&
      !(type === 'SIGINT' && sigintListeners.silenced))
    binding.watchSignal(number, false);
});

const sigintListeners = require('internal/sigint_listeners');
sigintListeners.register(process, EventEmitter);

function onSignal(number) {
  const names = ObjectKeys(signals);
  for (let i = 0; i < names.length; ++i) {
    if (signals[names[i]] === number) {
      process.emit(names[i], names[i], number);
      return;
    }
  }
}

define({
  kill(pid, signal) {
    if (pid != (pid | 0)) // eslint-disable-line eqeqeq
      throw new ERR_INVALID_ARG_TYPE('pid', 'number', pid);
    let number;
    if (typeof signal === 'number') {
      number = signal;
    } else {
      const name = signal || 'SIGTERM';
      number = signals[name];
      if (number === undefined)
        throw new ERR_UNKNOWN_SIGNAL(name);
    }
    const failed = binding.kill(pid | 0, number);
    if (failed !== 0) {
      const code = failed === 3 ? 'ESRCH' : failed === 22 ? 'EINVAL' : 'EPERM';
      const error = new Error(`kill ${code}`);
      error.errno = -failed;
      error.code = code;
      error.syscall = 'kill';
      throw error;
    }
    return true;
  },
});

// -- users ------------------------------------------------------------------------------

const ids = () => internalBinding('os').ids();

define({
  getuid: () => ids()[0],
  geteuid: () => ids()[1],
  getgid: () => ids()[2],
  getegid: () => ids()[3],
  getgroups: () => ids()[4],
});

// -- others -----------------------------------------------------------------------------

define({
  getActiveResourcesInfo: () => [],
  getBuiltinModule(id) {
    validateString(id, 'id');
    return require('internal/modules/builtin').find(id);
  },
});

binding.setHooks([processTicks, onUncaught, onRejected, onHandled, onSignal, beforeExit]);
require('internal/path').onCwd(() => process.cwd());
EventEmitter.prototype.on.call(process, 'warning', onWarning);

// Of the three standard streams, without making them.
const isTerminal = (fd) =>
  (fd === 0 ? facts.stdin : fd === 1 ? facts.stdout : fd === 2 ? facts.stderr : [])[0] === 1;

module.exports = {
  finish, isTerminal, global: primordials.globalThis, nextTick, process, settings, signals, terminals,
};

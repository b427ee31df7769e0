'use strict';

// `spawn` and `ChildProcess` (https://nodejs.org/api/child_process.html). The native side does
// nothing unless the host allows processes.

const {
  ArrayPrototypePush,
  Map,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  SymbolDispose,
} = primordials;

const binding = internalBinding('child_process');
const EventEmitter = require('internal/events');
const { AbortError } = require('internal/errors');
const {
  checkAccess, checkTimeout, descriptorsOf, folderOf, killSignalOf, nameOf, normalize, signalOf,
  spawnError, systemError,
} = require('internal/child_process/options');
const { codes: { ERR_INVALID_ARG_VALUE } } = require('internal/errors');
const { makePipe } = require('internal/child_process/pipe');
const { nextTick } = require('internal/process');
const {
  validateAbortSignal, validateArray, validateObject, validateOneOf, validateString,
} = require('internal/validators');
const timers = () => require('internal/timers');

// By their numbers: all that run.
const running = new Map();

if (binding.setHooks !== undefined)
  binding.setHooks([
    function exited(id, code, signal) {
      const child = MapPrototypeGet(running, id);
      MapPrototypeDelete(running, id);
      child?._exited(code, signal);
    },
  ]);

// Those that a program may well expect are told by an event, the others thrown.
const isTold = (code) => code === 'EACCES' || code === 'EAGAIN' || code === 'EMFILE' ||
  code === 'ENFILE' || code === 'ENOENT';

class ChildProcess extends EventEmitter {
  #id = 0; // 0: it does not run
  #refed = true;
  #open = 1; // what must end before 'close': itself, its streams

  constructor() {
    super();
    this.connected = false;
    this.signalCode = null;
    this.exitCode = null;
    this.killed = false;
    this.spawnfile = null;
  }

  spawn(options) {
    checkAccess();
    validateObject(options, 'options');
    if (options.serialization !== undefined)
      validateOneOf(options.serialization, 'options.serialization',
                    [undefined, 'json', 'advanced']);
    if (options.serialization === 'advanced')
      throw new ERR_INVALID_ARG_VALUE('options.serialization', 'advanced',
                                      'is not there in Troupe');
    const stdio = descriptorsOf(options.stdio ?? 'pipe', false);
    validateString(options.file, 'options.file');
    this.spawnfile = options.file;
    if (options.args !== undefined)
      validateArray(options.args, 'options.args');
    this.spawnargs = options.args ?? [];
    const args = [];
    for (let i = 0; i < this.spawnargs.length; ++i)
      ArrayPrototypePush(args, `${this.spawnargs[i]}`);
    if (options.envPairs !== undefined)
      validateArray(options.envPairs, 'options.envPairs');
    const variables = [];
    for (let i = 0; i < (options.envPairs?.length ?? 0); ++i)
      ArrayPrototypePush(variables, `${options.envPairs[i]}`);
    const descriptors = [];
    for (let i = 0; i < stdio.length; ++i) {
      ArrayPrototypePush(descriptors, stdio[i].fd);
      if (stdio[i].isChannel) {
        ArrayPrototypePush(variables, `NODE_CHANNEL_FD=${i}`);
        ArrayPrototypePush(variables, 'NODE_CHANNEL_SERIALIZATION_MODE=json');
      }
    }
    const made = binding.spawn(
      this.spawnfile, args, variables, options.folder ?? folderOf(options.cwd), descriptors,
      !!options.detached, options.uid ?? undefined, options.gid ?? undefined);
    const failed = typeof made[0] === 'number' && made.length === 3 &&
      typeof made[1] === 'string';
    if (failed && !isTold(made[1]))
      throw systemError(made, 'spawn');
    this.stdin = this.stdout = this.stderr = null;
    if (!failed) {
      this.#id = made[0];
      this.pid = made[1];
      MapPrototypeSet(running, this.#id, this);
      if (!this.#refed)
        binding.setRef(this.#id, false);
      nextTick(() => this.emit('spawn'));
    } else {
      this.pid = undefined;
      nextTick(() => this._exited(made, 0));
    }
    this.stdio = [];
    for (let i = 0; i < stdio.length; ++i)
      ArrayPrototypePush(this.stdio, this.#streamFor(
        i, stdio[i], failed ? 0 : made[2][i], failed));
    const { 0: stdin, 1: stdout, 2: stderr } = this.stdio;
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  #streamFor(at, { fd, isChannel }, id, failed) {
    if (isChannel) {
      if (!failed)
        require('internal/child_process/channel').open(this, makePipe(id, true, true), false);
      return null;
    }
    if (fd !== -2)
      return null;
    const stream = makePipe(id, at !== 0, at === 0 || at > 2);
    ++this.#open;
    stream.once('close', () => this.#oneClosed());
    if (at !== 0)
      stream.read(0);
    return stream;
  }

  _exited(code, signal) {
    this.#id = 0;
    const lost = typeof code !== 'number';
    if (signal !== 0)
      this.signalCode = nameOf(signal) ?? `SIG${signal}`;
    else
      this.exitCode = lost ? code[0] : code;
    this.stdin?.destroy();
    if (lost)
      this.emit('error', spawnError(code, 'spawn', this.spawnfile, this.spawnargs));
    else
      this.emit('exit', this.exitCode, this.signalCode);
    nextTick(() => this.#flush());
    this.#oneClosed();
  }

  // What nobody reads must not keep it open.
  #flush() {
    if (this.stdio === undefined) // its run was stopped while it was made
      return;
    for (let i = 1; i < this.stdio.length; ++i) {
      const stream = this.stdio[i];
      if (stream === null || !stream.readable)
        continue;
      if (stream.listenerCount('readable') > 0)
        stream.read(0);
      else
        stream.resume();
    }
  }

  #oneClosed() {
    if (--this.#open === 0)
      this.emit('close', this.exitCode, this.signalCode);
  }

  kill(signal = 'SIGTERM') {
    const number = signal === 0 ? 0 : signalOf(signal);
    if (this.#id === 0)
      return false;
    const failure = binding.kill(this.#id, number);
    if (failure === 0) {
      this.killed = true;
      return true;
    }
    if (failure[1] === 'EINVAL')
      throw systemError(failure, 'kill');
    if (failure[1] !== 'ESRCH')
      this.emit('error', systemError(failure, 'kill'));
    return false;
  }

  [SymbolDispose]() {
    if (!this.killed)
      this.kill();
  }

  ref() {
    this.#refed = true;
    if (this.#id !== 0)
      binding.setRef(this.#id, true);
  }

  unref() {
    this.#refed = false;
    if (this.#id !== 0)
      binding.setRef(this.#id, false);
  }
}

function abort(child, killSignal, reason) {
  if (child.exitCode === null && child.signalCode === null && child.kill(killSignal))
    child.emit('error', new AbortError(undefined, { cause: reason }));
}

function spawn(file, args, options) {
  const what = normalize(file, args, options);
  checkTimeout(what.timeout);
  validateAbortSignal(what.signal, 'options.signal');
  const killSignal = killSignalOf(what.killSignal);
  const child = new ChildProcess();
  child.spawn(what);
  if (what.timeout > 0) {
    let timer = timers().setTimeout(() => {
      timer = undefined;
      try {
        child.kill(killSignal);
      } catch (error) {
        child.emit('error', error);
      }
    }, what.timeout);
    child.once('exit', () => timers().clearTimeout(timer));
  }
  const { signal } = what;
  if (signal) {
    const onAbort = () => abort(child, killSignal, signal.reason);
    if (signal.aborted) {
      nextTick(onAbort);
    } else {
      signal.addEventListener('abort', onAbort, { once: true });
      child.once('exit', () => signal.removeEventListener('abort', onAbort));
    }
  }
  return child;
}

module.exports = { ChildProcess, spawn };

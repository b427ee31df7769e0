'use strict';

// `exec` and `execFile`: a child whose output is collected.

const {
  ArrayIsArray,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  Error,
  ObjectDefineProperty,
  Promise,
  ReflectApply,
  StringPrototypeSlice,
  SymbolFor,
} = primordials;

const { spawn } = require('internal/child_process');
const {
  checkAccess, checkMaxBuffer, checkTimeout, codes, commandOf, given, killSignalOf,
} = require('internal/child_process/options');
const { ERR_CHILD_PROCESS_STDIO_MAXBUFFER, ERR_INVALID_ARG_TYPE } = codes;
const { Buffer } = require('internal/buffer');
const { validateFunction, validateObject, validateString } = require('internal/validators');
const { getSystemErrorName } = require('internal/util/system_errors');
const timers = () => require('internal/timers');

const defaultMax = 1024 * 1024;

// (command[, options][, callback]) -> [command, options, callback]
function execArguments(command, options, callback) {
  validateString(command, 'command');
  if (typeof options === 'function') {
    callback = options;
    options = undefined;
  }
  options = { ...options };
  options.shell = typeof options.shell === 'string' ? options.shell : true;
  return { command, options, callback };
}

function exec(command, options, callback) {
  checkAccess();
  const given = execArguments(command, options, callback);
  return execFile(given.command, given.options, given.callback);
}

// What a stream gives, up to a length.
class Output {
  #parts = [];
  #length = 0;
  #stream;

  constructor(stream, name, encoding, max, exceeded) {
    this.#stream = stream;
    this.isText = encoding !== undefined;
    if (stream === null)
      return;
    if (this.isText)
      stream.setEncoding(encoding);
    stream.on('error', exceeded);
    stream.on('data', (chunk) => {
      const room = max - this.#length;
      this.#length += chunk.length;
      if (chunk.length > room) {
        ArrayPrototypePush(this.#parts, this.isText ? StringPrototypeSlice(chunk, 0, room) :
          chunk.subarray(0, room));
        exceeded(new ERR_CHILD_PROCESS_STDIO_MAXBUFFER(name));
      } else {
        ArrayPrototypePush(this.#parts, chunk);
      }
    });
  }

  // `failed` is told when there is no memory for it; then it is empty.
  get(failed) {
    const parts = this.#parts;
    this.#parts = [];
    try {
      return this.isText ? ArrayPrototypeJoin(parts, '') : Buffer.concat(parts);
    } catch (error) {
      failed(error);
      return this.isText ? '' : Buffer.alloc(0);
    }
  }

  destroy() {
    this.#stream?.destroy();
  }
}

function execFile(file, args, options, callback) {
  checkAccess();
  if (given(args) && !ArrayIsArray(args)) {
    if (typeof args === 'function') {
      callback = args;
      options = undefined;
      args = undefined;
    } else if (typeof args === 'object') {
      callback = options;
      options = args;
      args = undefined;
    } else {
      throw new ERR_INVALID_ARG_TYPE('args', 'object', args);
    }
  }
  args ??= [];
  if (typeof options === 'function') {
    callback = options;
    options = undefined;
  } else if (given(options)) {
    validateObject(options, 'options');
  }
  if (given(callback))
    validateFunction(callback, 'callback');
  options = { encoding: 'utf8', timeout: 0, maxBuffer: defaultMax, killSignal: 'SIGTERM',
              cwd: null, env: null, shell: false, ...options };
  checkTimeout(options.timeout);
  checkMaxBuffer(options.maxBuffer);
  const killSignal = killSignalOf(options.killSignal);
  const max = options.maxBuffer ?? defaultMax;

  const child = spawn(file, args, {
    cwd: options.cwd, env: options.env, gid: options.gid, shell: options.shell,
    signal: options.signal, uid: options.uid, windowsHide: !!options.windowsHide,
    windowsVerbatimArguments: !!options.windowsVerbatimArguments, argv0: options.argv0,
  });
  const { encoding } = options;
  const textOf = given(encoding) && encoding !== 'buffer' && Buffer.isEncoding(encoding) ?
    encoding : undefined;

  let over = false;
  let killed = false;
  let problem;
  let timer;
  const out = new Output(child.stdout, 'stdout', textOf, max, exceeded);
  const err = new Output(child.stderr, 'stderr', textOf, max, exceeded);

  function end() {
    out.destroy();
    err.destroy();
    killed = true;
    try {
      child.kill(killSignal);
    } catch (error) {
      problem ??= error;
      finish();
    }
  }

  function exceeded(error) {
    problem ??= error;
    end();
  }

  function finish(code = undefined, signal = undefined) {
    if (over)
      return;
    over = true;
    if (timer !== undefined)
      timers().clearTimeout(timer);
    if (typeof callback !== 'function')
      return;
    const failed = (error) => {
      problem ??= error;
    };
    const stdout = out.get(failed);
    const stderr = err.get(failed);
    if (problem === undefined && code === 0 && signal === null) {
      callback(null, stdout, stderr);
      return;
    }
    const command = commandOf(file, args);
    if (problem === undefined) {
      problem = new Error(`Command failed: ${command}\n${stderr}`);
      problem.code = code < 0 ? getSystemErrorName(code) : code;
      problem.killed = child.killed || killed;
      problem.signal = signal;
    }
    problem.cmd = command;
    callback(problem, stdout, stderr);
  }

  if (options.timeout > 0)
    timer = timers().setTimeout(() => {
      timer = undefined;
      end();
    }, options.timeout);
  child.on('close', finish);
  child.on('error', (error) => {
    problem ??= error;
    out.destroy();
    err.destroy();
    finish();
  });
  return child;
}

// -- promises ---------------------------------------------------------------------------

function promised(start) {
  return (...args) => {
    let settle;
    const promise = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    ArrayPrototypePush(args, (error, stdout, stderr) => {
      if (error === null) {
        settle.resolve({ stdout, stderr });
        return;
      }
      error.stdout = stdout;
      error.stderr = stderr;
      settle.reject(error);
    });
    promise.child = ReflectApply(start, undefined, args);
    return promise;
  };
}

const custom = SymbolFor('nodejs.util.promisify.custom');
ObjectDefineProperty(exec, custom, { __proto__: null, enumerable: false, value: promised(exec) });
ObjectDefineProperty(execFile, custom,
                     { __proto__: null, enumerable: false, value: promised(execFile) });

module.exports = { exec, execArguments, execFile };

'use strict';

// Children that are waited for.

const {
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  Error,
  ObjectAssign,
} = primordials;

const binding = internalBinding('child_process');
const { Buffer } = require('internal/buffer');
const {
  checkAccess, checkMaxBuffer, checkTimeout, codes, descriptorsOf, given, killSignalOf, nameOf,
  normalize, spawnError,
} = require('internal/child_process/options');
const { execArguments } = require('internal/child_process/exec');
const { process } = require('internal/process');
const { part } = require('internal/streams/chunks');
const { isArrayBufferView } = require('internal/util/types');

const defaultMax = 1024 * 1024;

function bytesOf(input, at, encoding) {
  if (!given(input))
    return undefined;
  if (typeof input === 'string')
    return Buffer.from(input, encoding === 'buffer' || !Buffer.isEncoding(encoding) ?
      'utf8' : encoding);
  if (!isArrayBufferView(input))
    throw new codes.ERR_INVALID_ARG_TYPE(
      `options.stdio[${at}]`, ['Buffer', 'TypedArray', 'DataView', 'string'], input);
  return input;
}

function run(what) {
  checkTimeout(what.timeout);
  checkMaxBuffer(what.maxBuffer);
  const killSignal = killSignalOf(what.killSignal);
  const stdio = descriptorsOf(what.stdio ?? 'pipe', true);
  if (what.input)
    stdio[0] = { fd: -2, input: what.input };
  const descriptors = [];
  const inputs = [];
  for (let i = 0; i < stdio.length; ++i) {
    ArrayPrototypePush(descriptors, stdio[i].fd);
    ArrayPrototypePush(inputs, bytesOf(stdio[i].input, i, what.encoding));
  }
  const { 0: pid, 1: failure, 2: code, 3: signal, 4: output } = binding.runSync(
    what.file, what.args, what.envPairs, what.folder, descriptors, what.detached,
    what.uid ?? undefined, what.gid ?? undefined, inputs, what.timeout ?? 0,
    what.maxBuffer ?? defaultMax, killSignal);
  const begun = pid !== 0;
  const result = {};
  const { file, args, encoding } = what;
  if (failure !== undefined)
    result.error = spawnError(failure, 'spawnSync', file, args);
  else if (typeof code !== 'number')
    result.error = spawnError(code, 'spawnSync', file, args);
  result.status = begun && signal === 0 && typeof code === 'number' ? code : null;
  result.signal = signal !== 0 ? nameOf(signal) ?? `SIG${signal}` : null;
  result.output = begun ? output : null;
  result.pid = pid;
  for (let i = 0; begun && i < output.length; ++i)
    if (output[i] !== null) {
      output[i] = part(output[i], 0);
      if (encoding && encoding !== 'buffer')
        output[i] = output[i].toString(encoding);
    }
  result.stdout = begun ? output[1] : undefined;
  result.stderr = begun ? output[2] : undefined;
  return result;
}

function spawnSync(file, args, options) {
  return run(normalize(file, args, options));
}

// An Error when it did not end well. `command`: how it is called.
function check(result, command) {
  const { error, status, stderr } = result;
  if (error === undefined && status === 0)
    return;
  const told = error ?? new Error(`Command failed: ${command}${
    stderr && stderr.length > 0 ? `\n${stderr.toString()}` : ''}`);
  throw ObjectAssign(told, result);
}

function output(what, command) {
  const result = run(what);
  if (!what.stdio && result.stderr)
    process.stderr.write(result.stderr);
  check(result, command);
  return result.stdout;
}

function execFileSync(file, args, options) {
  const what = normalize(file, args, options);
  return output(what, ArrayPrototypeJoin(what.args, ' '));
}

function execSync(command, options) {
  checkAccess();
  const asked = execArguments(command, options);
  return output(normalize(asked.command, asked.options), asked.command);
}

module.exports = { execFileSync, execSync, spawnSync };

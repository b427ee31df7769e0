'use strict';

// `fork`: a child that runs a module, with a channel for messages.

const { ArrayPrototypePush, ArrayPrototypeSlice } = primordials;

const { spawn } = require('internal/child_process');
const { checkAccess, codes, given } = require('internal/child_process/options');
const { process } = require('internal/process');
const { validateArray, validateObject } = require('internal/validators');

function pathOf(path) {
  if (typeof path === 'string')
    return path;
  if (path !== null && typeof path === 'object' && given(path.href) && given(path.protocol))
    return require('internal/url').fileURLToPath(path);
  if (require('internal/util/types').isUint8Array(path))
    return require('internal/buffer').Buffer.from(path).toString();
  throw new codes.ERR_INVALID_ARG_TYPE('modulePath', ['string', 'Buffer', 'URL'], path);
}

function fork(modulePath, args = undefined, options = undefined) {
  checkAccess();
  const file = pathOf(modulePath);
  if (!given(args)) {
    args = [];
  } else if (typeof args === 'object' && !primordials.ArrayIsArray(args)) {
    options = args;
    args = [];
  } else {
    validateArray(args, 'args');
  }
  if (given(options))
    validateObject(options, 'options');
  options = { ...options, shell: false };
  const all = ArrayPrototypeSlice(options.execArgv ?? process.execArgv);
  // Of a program that is code: those would be run again.
  for (let i = 0; options.execArgv === undefined && i < all.length; ++i)
    if (all[i] === '-e' || all[i] === '-p') {
      all.length = i;
      break;
    }
  ArrayPrototypePush(all, file);
  for (let i = 0; i < args.length; ++i)
    ArrayPrototypePush(all, args[i]);
  const { stdio } = options;
  if (typeof stdio === 'string') {
    options.stdio = [stdio, stdio, stdio, 'ipc'];
  } else if (!primordials.ArrayIsArray(stdio)) {
    options.stdio = options.silent ? ['pipe', 'pipe', 'pipe', 'ipc'] : [0, 1, 2, 'ipc'];
  } else if (!primordials.ArrayPrototypeIncludes(stdio, 'ipc')) {
    throw new codes.ERR_CHILD_PROCESS_IPC_REQUIRED('options.stdio');
  }
  return spawn(options.execPath || process.execPath, all, options);
}

module.exports = { fork };

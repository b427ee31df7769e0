'use strict';

// The arguments of `test`, `describe` and hooks.

const { ObjectAssign, StringPrototypeStartsWith } = primordials;

const { getCallSites } = require('internal/util/call_sites');
const { fileURLToPath } = require('internal/url');
const { codes: { ERR_INVALID_ARG_TYPE } } = require('internal/errors');
const {
  validateAbortSignal, validateInteger, validateNumber, validateObject,
} = require('internal/validators');

const timeoutMax = 2 ** 31 - 1;
const doNothing = (() => () => {})(); // without a name
const nameOf = (value) => (typeof value === 'string' && value !== '' ? value : undefined);

// ([name], [options], [fn]) in all their forms.
function readArguments(name, options, fn) {
  if (typeof name === 'function') {
    fn = name;
  } else if (name !== null && typeof name === 'object') {
    fn = options;
    options = name;
  } else if (typeof options === 'function') {
    fn = options;
  }
  if (options === null || typeof options !== 'object')
    options = {};
  if (typeof fn !== 'function')
    fn = typeof options.fn === 'function' ? options.fn : doNothing;
  name = nameOf(options.name) ?? nameOf(name) ?? nameOf(fn.name) ?? '<anonymous>';
  return { name, options, fn };
}

function checkTimeout(timeout) {
  if (timeout !== undefined && timeout !== null && timeout !== Infinity)
    validateNumber(timeout, 'options.timeout', 0, timeoutMax);
}

function checkOptions({ timeout, signal, concurrency, plan }) {
  checkTimeout(timeout);
  if (signal !== undefined)
    validateAbortSignal(signal, 'options.signal');
  if (typeof concurrency === 'number')
    validateInteger(concurrency, 'options.concurrency', 1, 2 ** 32 - 1);
  else if (concurrency !== undefined && concurrency !== null && typeof concurrency !== 'boolean')
    throw new ERR_INVALID_ARG_TYPE('options.concurrency', ['boolean', 'number'], concurrency);
  if (plan !== undefined)
    validateInteger(plan, 'options.plan', 0);
}

function readHook(fn, options = {}) {
  validateObject(options, 'options');
  checkTimeout(options.timeout);
  if (options.signal !== undefined)
    validateAbortSignal(options.signal, 'options.signal');
  return { fn: typeof fn === 'function' ? fn : doNothing, options, place: findPlace() };
}

const isOurs = (file) => file === '' || StringPrototypeStartsWith(file, 'troupe:');

// Where the script has called us.
function findPlace() {
  const sites = getCallSites(30);
  for (let i = 0; i < sites.length; ++i) {
    const { scriptName, lineNumber, columnNumber } = sites[i];
    if (isOurs(scriptName))
      continue;
    const file = StringPrototypeStartsWith(scriptName, 'file:') ? fileURLToPath(scriptName) :
      scriptName;
    return { file, line: lineNumber, column: columnNumber };
  }
  return undefined;
}

const withOption = (options, key) => ObjectAssign({}, options, { [key]: options[key] || true });

module.exports = { checkOptions, findPlace, readArguments, readHook, withOption };

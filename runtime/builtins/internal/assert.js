'use strict';

// `node:assert` (https://nodejs.org/api/assert.html).

const {
  ArrayPrototypePush,
  Error,
  NumberIsNaN,
  ObjectAssign,
  ObjectDefineProperty,
  ObjectIs,
  ObjectKeys,
  ObjectPrototypeIsPrototypeOf,
  Promise,
  ReflectApply,
  RegExpPrototypeExec,
  String,
  WeakMap,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;

const {
  codes: {
    ERR_AMBIGUOUS_ARGUMENT, ERR_CONSTRUCT_CALL_REQUIRED, ERR_INVALID_ARG_TYPE,
    ERR_INVALID_ARG_VALUE, ERR_INVALID_RETURN_VALUE, ERR_MISSING_ARGS,
  },
  recapture,
} = require('internal/errors');
const { makeMessage, showsDifference } = require('internal/assert_message');
const { emitWarning } = require('internal/util');
const { inspect, isError } = require('internal/util/inspect');
const { isPromise, isRegExp } = require('internal/util/types');
const {
  isDeepEqual, isDeepStrictEqual, isDeepStrictEqualOfAny,
} = require('internal/util/comparisons');
const { isPartialStrictEqual } = require('internal/util/partial_comparison');
const { validateFunction, validateObject, validateOneOf } = require('internal/validators');

// -- the error --------------------------------------------------------------------------

class AssertionError extends Error {
  constructor(options) {
    validateObject(options, 'options');
    const {
      message, operator, stackStartFn, stackStartFunction, actual, expected, diff = 'simple',
    } = options;
    const hasOwn = message !== undefined && message !== null &&
      (!!message || !showsDifference(operator));
    super(hasOwn && !showsDifference(operator) ? String(message) :
      makeMessage(actual, expected, operator, hasOwn ? String(message) : undefined,
                  diff === 'full'));
    this.generatedMessage = !message;
    this.code = 'ERR_ASSERTION';
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    this.diff = diff;
    ObjectDefineProperty(this, 'name', {
      __proto__: null, value: 'AssertionError', writable: true, configurable: true,
    });
    recapture(this, stackStartFn ?? stackStartFunction ?? AssertionError);
    this.name = 'AssertionError';
    ObjectDefineProperty(this, 'name', { __proto__: null, enumerable: false });
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

// -- assert -----------------------------------------------------------------------------

function raise(details) {
  if (isError(details.message))
    throw details.message;
  throw new AssertionError(details);
}

function check(fn, args) {
  if (args[0])
    return;
  let message = args[1];
  let generated = false;
  if (args.length === 0) {
    generated = true;
    message = 'No value argument passed to `assert.ok()`';
  } else if (message === undefined || message === null) {
    generated = true;
    message = undefined;
  } else if (isError(message)) {
    throw message;
  }
  const error = new AssertionError({
    actual: args[0], expected: true, message, operator: '==', stackStartFn: fn,
  });
  error.generatedMessage = generated;
  throw error;
}

function ok(...args) {
  check(ok, args);
}

function assert(...args) {
  check(assert, args);
}

function needTwo(count) {
  if (count < 2)
    throw new ERR_MISSING_ARGS('actual', 'expected');
}

let toldOfArguments = false;

// fail(actual, expected[, message[, operator[, stackStartFn]]]) is deprecated.
function fail(actual, expected, message, operator, stackStartFn) {
  const count = arguments.length;
  const isGenerated = count <= 1 ? !actual : !message;
  if (count <= 1) {
    message = actual === undefined || actual === null ? 'Failed' : actual;
    actual = undefined;
    operator = 'fail';
  } else {
    if (!toldOfArguments)
      emitWarning('assert.fail() with more than one argument is deprecated. ' +
                  'Please use assert.strictEqual() instead or only pass a message.',
                  'DeprecationWarning', 'DEP0094');
    toldOfArguments = true;
    if (count === 2)
      operator = '!=';
  }
  if (isError(message))
    throw message;
  const error = new AssertionError({
    actual, expected, message, operator: operator === undefined ? 'fail' : operator,
    stackStartFn: stackStartFn ?? fail,
  });
  error.generatedMessage = isGenerated;
  throw error;
}

// What an `Assert` was told; functions of the module, and those taken from an object, have
// the defaults.
const settings = new WeakMap();
const defaults = { __proto__: null, diff: 'simple', skipPrototype: false };

function settingsOf(object) {
  return (object !== null && typeof object === 'object' &&
    WeakMapPrototypeGet(settings, object)) || defaults;
}

function comparing(operator, holds) {
  const name = operator === '==' ? 'equal' : operator === '!=' ? 'notEqual' : operator;
  const fn = { [name](actual, expected, message) {
    needTwo(arguments.length);
    const { diff, skipPrototype } = settingsOf(this);
    if (!holds(actual, expected, skipPrototype))
      raise({ actual, expected, message, operator, stackStartFn: fn, diff });
  } }[name];
  return fn;
}

const bothNaN = (a, b) => NumberIsNaN(a) && NumberIsNaN(b);
/* eslint-disable eqeqeq */
const equal = comparing('==', (a, b) => a == b || bothNaN(a, b));
const notEqual = comparing('!=', (a, b) => a != b && !bothNaN(a, b));
/* eslint-enable eqeqeq */
const strictEqual = comparing('strictEqual', ObjectIs);
const notStrictEqual = comparing('notStrictEqual', (a, b) => !ObjectIs(a, b));
const deepEqual = comparing('deepEqual', isDeepEqual);
const notDeepEqual = comparing('notDeepEqual', (a, b) => !isDeepEqual(a, b));
const isSame = (a, b, skipPrototype) =>
  (skipPrototype ? isDeepStrictEqualOfAny(a, b) : isDeepStrictEqual(a, b));
const deepStrictEqual = comparing('deepStrictEqual', isSame);
const notDeepStrictEqual = comparing(
  'notDeepStrictEqual', (a, b, skipPrototype) => !isSame(a, b, skipPrototype));
const partialDeepStrictEqual = comparing('partialDeepStrictEqual', isPartialStrictEqual);

// -- throws and rejects -------------------------------------------------------------------

const nothing = { __proto__: null };

function caughtBy(fn) {
  validateFunction(fn, 'fn');
  try {
    fn();
  } catch (error) {
    return { __proto__: null, error };
  }
  return nothing;
}

function isThenable(value) {
  return isPromise(value) || (value !== null && typeof value === 'object' &&
    typeof value.then === 'function' && typeof value.catch === 'function');
}

async function rejectedBy(promiseFn) {
  let promise;
  if (typeof promiseFn === 'function') {
    promise = promiseFn();
    if (!isThenable(promise))
      throw new ERR_INVALID_RETURN_VALUE('instance of Promise', 'promiseFn', promise);
  } else if (isThenable(promiseFn)) {
    promise = promiseFn;
  } else {
    throw new ERR_INVALID_ARG_TYPE('promiseFn', ['Function', 'Promise'], promiseFn);
  }
  try {
    await promise;
  } catch (error) {
    return { __proto__: null, error };
  }
  return nothing;
}

// What is compared of a thrown object.
class Comparison {}

function compareProperty(actual, expected, key, message, keys, fn) {
  if (key in actual && isDeepStrictEqual(actual[key], expected[key]))
    return;
  if (message === undefined || message === null) {
    const a = new Comparison();
    const b = new Comparison();
    for (let i = 0; i < keys.length; ++i) {
      if (keys[i] in actual)
        a[keys[i]] = actual[keys[i]];
      b[keys[i]] = isRegExp(expected[keys[i]]) && typeof actual[keys[i]] === 'string' &&
        RegExpPrototypeExec(expected[keys[i]], actual[keys[i]]) !== null ? actual[keys[i]] :
        expected[keys[i]];
    }
    const error = new AssertionError({
      actual: a, expected: b, operator: 'deepStrictEqual', stackStartFn: fn,
    });
    error.actual = actual;
    error.expected = expected;
    error.operator = fn.name;
    throw error;
  }
  raise({ actual, expected, message, operator: fn.name, stackStartFn: fn });
}

function checkThrown(actual, expected, message, fn) {
  const wrong = (text) => {
    const isGenerated = message === undefined || message === null;
    if (!isGenerated && isError(message))
      throw message;
    const error = new AssertionError({
      actual, expected, message: isGenerated ? text : message, operator: fn.name,
      stackStartFn: fn,
    });
    error.generatedMessage = isGenerated;
    throw error;
  };
  if (typeof expected !== 'function') {
    if (isRegExp(expected)) {
      const text = String(actual);
      if (RegExpPrototypeExec(expected, text) !== null)
        return;
      wrong(`The input did not match the regular expression ${
        inspect(expected)}. Input:\n\n${inspect(text)}\n`);
    }
    if (typeof actual !== 'object' || actual === null) {
      const error = new AssertionError({
        actual, expected, message, operator: 'deepStrictEqual', stackStartFn: fn,
      });
      error.operator = fn.name;
      throw error;
    }
    const keys = ObjectKeys(expected);
    if (isError(expected))
      ArrayPrototypePush(keys, 'name', 'message');
    else if (keys.length === 0)
      throw new ERR_INVALID_ARG_VALUE('error', expected, 'may not be an empty object');
    for (let i = 0; i < keys.length; ++i) {
      const key = keys[i];
      if (typeof actual[key] === 'string' && isRegExp(expected[key]) &&
          RegExpPrototypeExec(expected[key], actual[key]) !== null)
        continue;
      compareProperty(actual, expected, key, message, keys, fn);
    }
    return;
  }
  if (expected.prototype !== undefined && actual instanceof expected)
    return;
  if (ObjectPrototypeIsPrototypeOf(Error, expected) || expected === Error) {
    let text = `The error is expected to be an instance of "${expected.name}". Received `;
    if (isError(actual)) {
      const name = actual.constructor?.name || actual.name;
      text += name === expected.name ? 'an error with identical name but a different prototype.' :
        `"${name}"`;
    } else {
      text += `"${inspect(actual, { depth: -1 })}"`;
    }
    if (isError(actual) && actual.message)
      text += `\n\nError message:\n\n${actual.message}`;
    wrong(text);
  }
  const verdict = ReflectApply(expected, {}, [actual]);
  if (verdict === true)
    return;
  const name = expected.name ? `"${expected.name}" ` : '';
  let text = `The ${name}validation function is expected to return "true". Received ${
    inspect(verdict)}`;
  if (isError(actual))
    text += `\n\nCaught error:\n\n${actual}`;
  wrong(text);
}

function expectThrown(fn, outcome, args) {
  let error = args[0];
  let message = args[1];
  if (typeof error === 'string') {
    if (args.length === 2)
      throw new ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], error);
    if (outcome !== nothing) {
      const { error: actual } = outcome;
      if (typeof actual === 'object' && actual !== null) {
        if (actual.message === error)
          throw new ERR_AMBIGUOUS_ARGUMENT(
            'error/message', `The error message "${actual.message}" is identical to the message.`);
      } else if (actual === error) {
        throw new ERR_AMBIGUOUS_ARGUMENT(
          'error/message', `The error "${actual}" is identical to the message.`);
      }
    }
    message = error;
    error = undefined;
  } else if (error !== null && error !== undefined && typeof error !== 'object' &&
             typeof error !== 'function') {
    throw new ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], error);
  }
  if (outcome === nothing) {
    let details = '';
    if (error?.name)
      details += ` (${error.name})`;
    details += message ? `: ${message}` : '.';
    const kind = fn === rejects ? 'rejection' : 'exception';
    const thrown = new AssertionError({
      actual: undefined, expected: error, operator: fn.name,
      message: `Missing expected ${kind}${details}`, stackStartFn: fn,
    });
    throw thrown;
  }
  if (error !== undefined && error !== null)
    checkThrown(outcome.error, error, message, fn);
}

function hasMatch(actual, expected) {
  if (expected === undefined || expected === null)
    return true;
  if (isRegExp(expected))
    return RegExpPrototypeExec(expected, String(actual)) !== null;
  if (typeof expected !== 'function')
    throw new ERR_INVALID_ARG_TYPE('expected', ['Function', 'RegExp'], expected);
  if (expected.prototype !== undefined && actual instanceof expected)
    return true;
  if (ObjectPrototypeIsPrototypeOf(Error, expected))
    return false;
  return ReflectApply(expected, {}, [actual]) === true;
}

function expectNoneThrown(fn, outcome, args) {
  let error = args[0];
  let message = args[1];
  if (outcome === nothing)
    return;
  if (typeof error === 'string') {
    message = error;
    error = undefined;
  }
  const { error: actual } = outcome;
  if (error === undefined || hasMatch(actual, error)) {
    const details = message ? `: ${message}` : '.';
    const kind = fn === doesNotReject ? 'rejection' : 'exception';
    const thrown = new AssertionError({
      actual, expected: error, operator: fn.name, stackStartFn: fn,
      message: `Got unwanted ${kind}${details}\nActual message: "${actual?.message}"`,
    });
    throw thrown;
  }
  throw actual;
}

function throws(fn, ...args) {
  expectThrown(throws, caughtBy(fn), args);
}

async function rejects(promiseFn, ...args) {
  expectThrown(rejects, await rejectedBy(promiseFn), args);
}

function doesNotThrow(fn, ...args) {
  expectNoneThrown(doesNotThrow, caughtBy(fn), args);
}

async function doesNotReject(fn, ...args) {
  expectNoneThrown(doesNotReject, await rejectedBy(fn), args);
}

function ifError(error) {
  if (error === null || error === undefined)
    return;
  let message = 'ifError got unwanted exception: ';
  if (typeof error === 'object' && typeof error.message === 'string')
    message += error.message.length === 0 && error.constructor ? error.constructor.name :
      error.message;
  else
    message += inspect(error);
  const thrown = new AssertionError({
    actual: error, expected: null, operator: 'ifError', message, stackStartFn: ifError,
  });
  throw thrown;
}

function checkMatch(text, regexp, message, fn, wanted) {
  if (!isRegExp(regexp))
    throw new ERR_INVALID_ARG_TYPE('regexp', 'RegExp', regexp);
  const isText = typeof text === 'string';
  if (isText && (RegExpPrototypeExec(regexp, text) !== null) === wanted)
    return;
  if (isError(message))
    throw message;
  const isGenerated = !message;
  const what = !isText ?
    `The "string" argument must be of type string. Received type ${typeof text} (${
      inspect(text)})` :
    `${wanted ? 'The input did not match the regular expression ' :
      'The input was expected to not match the regular expression '}${
      inspect(regexp)}. Input:\n\n${inspect(text)}\n`;
  const error = new AssertionError({
    actual: text, expected: regexp, message: isGenerated ? what : message, operator: fn.name,
    stackStartFn: fn,
  });
  error.generatedMessage = isGenerated;
  throw error;
}

function match(string, regexp, message) {
  checkMatch(string, regexp, message, match, true);
}

function doesNotMatch(string, regexp, message) {
  checkMatch(string, regexp, message, doesNotMatch, false);
}

// -- the module ---------------------------------------------------------------------------

const methods = {
  fail,
  ok,
  equal,
  notEqual,
  deepEqual,
  notDeepEqual,
  deepStrictEqual,
  notDeepStrictEqual,
  strictEqual,
  notStrictEqual,
  partialDeepStrictEqual,
  throws,
  rejects,
  doesNotThrow,
  doesNotReject,
  ifError,
  match,
  doesNotMatch,
};

function strict(...args) {
  check(strict, args);
}

const strictMethods = {
  equal: strictEqual,
  deepEqual: deepStrictEqual,
  notEqual: notStrictEqual,
  notDeepEqual: notDeepStrictEqual,
};

// Assertions with settings of their own.
function Assert(options) {
  if (new.target === undefined)
    throw new ERR_CONSTRUCT_CALL_REQUIRED('Assert');
  const { diff = 'simple', skipPrototype = false, strict: isStrict = true } = options ?? {};
  validateOneOf(diff, 'options.diff', ['simple', 'full']);
  WeakMapPrototypeSet(settings, this, { __proto__: null, diff, skipPrototype });
  this.AssertionError = AssertionError;
  if (isStrict)
    ObjectAssign(this, strictMethods);
}
ObjectAssign(Assert.prototype, methods);

ObjectAssign(assert, { AssertionError }, methods, { Assert });
ObjectAssign(strict, { AssertionError }, methods, strictMethods, { Assert });
assert.strict = strict;
strict.strict = strict;

module.exports = assert;

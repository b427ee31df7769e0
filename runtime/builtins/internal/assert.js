'use strict';

// `node:assert` (https://nodejs.org/api/assert.html).

const {
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  Error,
  MathMax,
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
  StringPrototypeIndexOf,
  StringPrototypeSplit,
} = primordials;

const {
  codes: {
    ERR_AMBIGUOUS_ARGUMENT, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE,
    ERR_INVALID_RETURN_VALUE, ERR_MISSING_ARGS,
  },
  recapture,
} = require('internal/errors');
const { inspect, isError } = require('internal/util/inspect');
const { isPromise, isRegExp } = require('internal/util/types');
const { isDeepEqual, isDeepStrictEqual } = require('internal/util/comparisons');
const { validateFunction, validateObject } = require('internal/validators');

// -- messages ---------------------------------------------------------------------------

const heads = {
  __proto__: null,
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values have same structure but are not reference-equal:',
};

// Differences longer than this are not looked for line by line.
const diffMax = 1000;
const linesMax = 50;

function show(value) {
  return inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
  });
}

// Lines of both, marked: '  ' common, '+ ' only of `a`, '- ' only of `b`.
function diffOf(a, b) {
  const marked = [];
  const mark = (sign, line) => ArrayPrototypePush(marked, `${sign} ${line}`);
  if (a.length * b.length > diffMax * diffMax) {
    for (let i = 0; i < a.length; ++i)
      mark('+', a[i]);
    for (let i = 0; i < b.length; ++i)
      mark('-', b[i]);
    return marked;
  }
  // Lengths of the longest common rests.
  const rows = [];
  for (let i = a.length; i >= 0; --i) {
    rows[i] = [];
    for (let k = b.length; k >= 0; --k)
      rows[i][k] = i === a.length || k === b.length ? 0 :
        a[i] === b[k] ? rows[i + 1][k + 1] + 1 : MathMax(rows[i + 1][k], rows[i][k + 1]);
  }
  let i = 0;
  let k = 0;
  while (i < a.length || k < b.length) {
    if (i < a.length && k < b.length && a[i] === b[k]) {
      mark(' ', a[i++]);
      ++k;
    } else if (i < a.length && (k === b.length || rows[i + 1][k] >= rows[i][k + 1])) {
      mark('+', a[i++]);
    } else {
      mark('-', b[k++]);
    }
  }
  return marked;
}

const isPlain = (value) => (typeof value !== 'object' || value === null) &&
                           typeof value !== 'function';

function equalMessage(actual, expected, operator) {
  const a = StringPrototypeSplit(show(actual), '\n');
  const b = StringPrototypeSplit(show(expected), '\n');
  if (operator === 'strictEqual' && ((typeof actual === 'object' && actual !== null &&
      typeof expected === 'object' && expected !== null) ||
      (typeof actual === 'function' && typeof expected === 'function')))
    operator = 'strictEqualObject';
  if (a.length === 1 && b.length === 1 && a[0] !== b[0] && isPlain(actual) && isPlain(expected) &&
      a[0].length + b[0].length <= 60)
    return `${heads[operator]}\n\n${a[0]} !== ${b[0]}\n`;
  if (ArrayPrototypeJoin(a, '\n') === ArrayPrototypeJoin(b, '\n')) {
    const text = a.length > linesMax ? `${ArrayPrototypeJoin(ArrayPrototypeSlice(a, 0, linesMax), '\n')}\n...` :
      ArrayPrototypeJoin(a, '\n');
    return `${heads.notIdentical}\n\n${text}\n`;
  }
  const lines = diffOf(a, b);
  let skipped = false;
  const kept = [];
  for (let i = 0; i < lines.length; ++i) {
    // Common lines far from a difference are left out.
    if (lines[i][0] === ' ') {
      let near = false;
      for (let k = i - 2; k <= i + 2 && !near; ++k)
        near = k >= 0 && k < lines.length && lines[k][0] !== ' ';
      if (!near && lines.length > 10) {
        if (kept[kept.length - 1] !== '...')
          ArrayPrototypePush(kept, '...');
        skipped = true;
        continue;
      }
    }
    ArrayPrototypePush(kept, lines[i]);
  }
  return `${heads[operator]}\n+ actual - expected${skipped ? '\n... Skipped lines' : ''}\n\n${
    ArrayPrototypeJoin(kept, '\n')}\n`;
}

function makeMessage(actual, expected, operator) {
  switch (operator) {
    case 'deepStrictEqual':
    case 'strictEqual':
      return equalMessage(actual, expected, operator);
    case 'notDeepStrictEqual':
    case 'notStrictEqual': {
      const text = show(actual);
      let head = heads[operator];
      if (operator === 'notStrictEqual' && !isPlain(actual))
        head = heads.notStrictEqualObject;
      return StringPrototypeIndexOf(text, '\n') === -1 ?
        `${head}${text.length > 5 ? '\n\n' : ' '}${text}${text.length > 5 ? '\n' : ''}` :
        `${head}\n\n${text}\n`;
    }
    case 'deepEqual':
      return `${heads.deepEqual}\n\n${show(actual)}\n\nshould loosely deep-equal\n\n${
        show(expected)}`;
    case 'notDeepEqual':
      return `${heads.notDeepEqual}\n\n${show(actual)}\n\nshould not loosely deep-equal\n\n${
        show(expected)}`;
    default:
      return `${show(actual)} ${operator} ${show(expected)}`;
  }
}

class AssertionError extends Error {
  constructor(options) {
    validateObject(options, 'options');
    const {
      message, operator, stackStartFn, stackStartFunction, actual, expected, diff = 'simple',
    } = options;
    super(message !== undefined && message !== null ? String(message) :
      makeMessage(actual, expected, operator));
    this.generatedMessage = message === undefined || message === null;
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

function fail(message) {
  if (isError(message))
    throw message;
  const isDefault = message === undefined;
  const error = new AssertionError({
    message: isDefault ? 'Failed' : message, operator: 'fail', stackStartFn: fail,
  });
  error.generatedMessage = isDefault;
  throw error;
}

function comparing(operator, holds) {
  const name = operator === '==' ? 'equal' : operator === '!=' ? 'notEqual' : operator;
  const fn = { [name](actual, expected, message) {
    needTwo(arguments.length);
    if (!holds(actual, expected))
      raise({ actual, expected, message, operator, stackStartFn: fn });
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
const deepStrictEqual = comparing('deepStrictEqual', isDeepStrictEqual);
const notDeepStrictEqual = comparing('notDeepStrictEqual', (a, b) => !isDeepStrictEqual(a, b));

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

function compareProperty(actual, expected, key, message, keys, fn) {
  if (key in actual && isDeepStrictEqual(actual[key], expected[key]))
    return;
  if (message === undefined || message === null) {
    const a = {};
    const b = {};
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
    if (isError(actual))
      text += `"${actual.name}"`;
    else
      text += `"${inspect(actual, { depth: -1 })}"`;
    if (isError(actual) && actual.message !== undefined)
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
    thrown.generatedMessage = !message;
    throw thrown;
  }
  if (error !== undefined && error !== null)
    checkThrown(outcome.error, error, message, fn);
}

function hasMatch(actual, expected) {
  if (expected === undefined)
    return true;
  if (isRegExp(expected))
    return RegExpPrototypeExec(expected, String(actual)) !== null;
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
      message: `Got unwanted ${kind}${details}\nActual message: "${actual && actual.message}"`,
    });
    thrown.generatedMessage = !message;
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
  thrown.generatedMessage = true;
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
  const isGenerated = message === undefined || message === null;
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

const members = {
  fail,
  AssertionError,
  ok,
  equal,
  notEqual,
  deepEqual,
  notDeepEqual,
  deepStrictEqual,
  notDeepStrictEqual,
  strictEqual,
  notStrictEqual,
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

ObjectAssign(assert, members);
ObjectAssign(strict, members, {
  equal: strictEqual,
  deepEqual: deepStrictEqual,
  notEqual: notStrictEqual,
  notDeepEqual: notDeepStrictEqual,
});
assert.strict = strict;
strict.strict = strict;

module.exports = assert;

'use strict';

// What functions of tests and suites are given.

const {
  ArrayPrototypePush,
  Error,
  Promise,
  PromisePrototypeThen,
  PromiseResolve,
} = primordials;

const { clearTimeout, setTimeout } = require('internal/timers');
const { assertionsOf } = require('internal/test/assertions');
const { TestFailure, kinds } = require('internal/test/failure');
const { MockTracker } = require('internal/test/mock');
const { checkOptions, findPlace, readArguments, readHook } = require('internal/test/options');
const { Plan } = require('internal/test/plan');
const {
  validateFunction, validateInteger, validateNumber, validateObject,
  validateString,
} = require('internal/validators');

// What tests and suites tell of themselves.
class Facts {
  #test;

  constructor(test) {
    this.#test = test;
  }

  get name() {
    return this.#test.name;
  }

  get fullName() {
    return this.#test.fullName;
  }

  get filePath() {
    return this.#test.place?.file;
  }

  get signal() {
    return this.#test.signal;
  }

  get passed() {
    return this.#test.hasRun && this.#test.passed;
  }

  get attempt() {
    return 0;
  }

  diagnostic(message) {
    ArrayPrototypePush(this.#test.diagnostics, `${message}`);
  }

  // At once, unlike `diagnostic`.
  log(message) {
    validateString(message, 'message');
    this.#test.listener.onLog(this.#test, message);
  }
}

class TestContext extends Facts {
  #test;
  #assert;
  #mock;

  constructor(test) {
    super(test);
    this.#test = test;
  }

  // The test is over. Of the class, so that scripts do not see it.
  static end(context) {
    try {
      context.#mock?.reset();
    } catch {
      // What it has exchanged is frozen by now.
    }
  }

  get error() {
    return this.#test.error;
  }

  get assert() {
    return this.#assert ??= assertionsOf(this, () => this.#test.plan);
  }

  get mock() {
    return this.#mock ??= new MockTracker();
  }

  get tags() {
    return [];
  }

  get workerId() {
    return undefined; // no test runner has started the program
  }

  plan(count, options = {}) {
    validateInteger(count, 'count', 0);
    validateObject(options, 'options');
    if (this.#test.plan !== null)
      throw new TestFailure('cannot set plan more than once', kinds.threw);
    this.#test.plan = new Plan(count, options.wait);
  }

  runOnly(value) {
    this.#test.someOnly = !!value;
  }

  skip(message) {
    this.#test.skipped = message || true;
  }

  todo(message) {
    this.#test.isTodo = message || true;
  }

  test(name, options, fn) {
    const settings = readArguments(name, options, fn);
    checkOptions(settings.options);
    return this.#test.add('test', settings, findPlace()).promise;
  }

  before(fn, options) {
    this.#test.hooks.add('before', readHook(fn, options));
  }

  after(fn, options) {
    this.#test.hooks.add('after', readHook(fn, options));
  }

  beforeEach(fn, options) {
    this.#test.hooks.add('beforeEach', readHook(fn, options));
  }

  afterEach(fn, options) {
    this.#test.hooks.add('afterEach', readHook(fn, options));
  }

  waitFor(condition, options = {}) {
    validateFunction(condition, 'condition');
    validateObject(options, 'options');
    const { interval = 50, timeout = 1000 } = options;
    validateNumber(interval, 'options.interval', 0, 2 ** 31 - 1);
    validateNumber(timeout, 'options.timeout', 0, 2 ** 31 - 1);
    return poll(condition, interval, timeout);
  }
}

// Calls `condition` until it neither throws nor rejects.
function poll(condition, interval, timeout) {
  return new Promise((resolve, reject) => {
    let cause;
    let again;
    let over = false;
    const limit = setTimeout(() => {
      over = true;
      clearTimeout(again);
      const error = new Error('waitFor() timed out');
      if (cause !== undefined)
        error.cause = cause;
      reject(error);
    }, timeout);
    const onDone = (value) => {
      clearTimeout(limit);
      resolve(value);
    };
    const onFailed = (error) => {
      cause = error;
      if (!over)
        again = setTimeout(attempt, interval);
    };
    function attempt() {
      try {
        PromisePrototypeThen(PromiseResolve(condition()), onDone, onFailed);
      } catch (error) {
        onFailed(error);
      }
    }
    attempt();
  });
}

class SuiteContext extends Facts {}

module.exports = { SuiteContext, TestContext };

'use strict';

// Why a test has failed. `cause` is what reports show: the error of the script's code, or the
// text of ours.

const {
  Error,
  ObjectDefineProperty,
  ObjectPrototypeIsPrototypeOf,
  String,
} = primordials;

const { inspect } = require('internal/util/inspect');

const kinds = {
  __proto__: null,
  cancelled: 'cancelledByParent',
  aborted: 'testAborted',
  timedOut: 'testTimeoutFailure',
  threw: 'testCodeFailure',
  hook: 'hookFailed',
  subtests: 'subtestsFailed',
  finished: 'parentAlreadyFinished',
  callback: 'callbackAndPromisePresent',
  twice: 'multipleCallbackInvocations',
  expected: 'expectedFailure',
  uncaught: 'uncaughtException',
  unhandled: 'unhandledRejection',
};

function textOf(cause) {
  if (cause !== null && typeof cause === 'object' && typeof cause.message === 'string')
    return cause.message;
  return typeof cause === 'object' ? inspect(cause) : String(cause);
}

class TestFailure extends Error {
  constructor(cause, failureType) {
    super(textOf(cause));
    ObjectDefineProperty(this, 'name', {
      __proto__: null, value: 'Error', writable: true, configurable: true,
    });
    this.stack = `Error [ERR_TEST_FAILURE]: ${this.message}`;
    this.code = 'ERR_TEST_FAILURE';
    this.failureType = failureType;
    this.cause = cause;
  }

  toString() {
    return `Error [ERR_TEST_FAILURE]: ${this.message}`;
  }

  // Does it count as cancelled rather than failed?
  get cancels() {
    return this.failureType === kinds.cancelled || this.failureType === kinds.aborted ||
      this.failureType === kinds.timedOut;
  }

  static of(value, failureType) {
    return ObjectPrototypeIsPrototypeOf(TestFailure.prototype, value) ? value :
      new TestFailure(value, failureType);
  }
}

module.exports = { TestFailure, kinds };

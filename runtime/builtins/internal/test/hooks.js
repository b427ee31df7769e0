'use strict';

// What runs before and after tests.

const {
  ArrayPrototypePush,
  ArrayPrototypeUnshift,
  PromisePrototypeThen,
  PromiseResolve,
} = primordials;

const { callBody, limit } = require('internal/test/body');
const { TestFailure, kinds } = require('internal/test/failure');
const scope = require('internal/test/scope');

function call({ fn, options }, owner, test) {
  const given = scope.within(owner, () => callBody(fn, test.context, [test.context], () => {}));
  return given === undefined ? undefined : limit(given, options.timeout, options.signal);
}

class Hooks {
  #owner;
  #lists = { __proto__: null, before: [], after: [], beforeEach: [], afterEach: [] };

  constructor(owner) {
    this.#owner = owner;
    this.ready = undefined; // what hooks `before` that came after the start have given
    this.beforeError = null;
  }

  add(kind, hook) {
    if (kind === 'before' && this.#owner.kind !== 'suite')
      this.#callNow(hook);
    else
      ArrayPrototypePush(this.#lists[kind], hook);
  }

  // The test has begun already.
  #callNow(hook) {
    const failed = (error) => {
      this.beforeError ??= TestFailure.of(error, kinds.hook);
    };
    let given;
    try {
      given = call(hook, this.#owner, this.#owner);
    } catch (error) {
      failed(error);
    }
    if (given === undefined)
      return;
    const { ready } = this;
    this.ready = PromisePrototypeThen(PromiseResolve(given), () => ready, (error) => {
      failed(error);
      return ready;
    });
  }

  // For a subtest: all that it has to wait for.
  async settle() {
    if (this.ready !== undefined)
      await this.ready;
    if (this.beforeError !== null)
      throw this.beforeError;
  }

  get mustSettle() {
    return this.ready !== undefined || this.beforeError !== null;
  }

  // `before` or `after`
  async run(kind) {
    const list = this.#lists[kind];
    for (let i = 0; i < list.length; ++i) {
      if (this.#owner.kind === 'root')
        this.#owner.place = list[i].place; // it has none of its own
      await call(list[i], this.#owner, this.#owner);
    }
  }

  has(kind) {
    return this.#lists[kind].length > 0;
  }

  // `beforeEach` or `afterEach` of all that are above a test.
  static above(test, kind) {
    const hooks = [];
    for (let at = test.parent; at !== null; at = at.parent) {
      const list = at.hooks.#lists[kind];
      if (kind === 'afterEach')
        for (let i = 0; i < list.length; ++i)
          ArrayPrototypePush(hooks, list[i]);
      else
        for (let i = list.length - 1; i >= 0; --i)
          ArrayPrototypeUnshift(hooks, list[i]);
    }
    return hooks;
  }

  static async runEach(hooks, test) {
    for (let i = 0; i < hooks.length && test.state !== 'done'; ++i)
      await call(hooks[i], test, test);
  }
}

module.exports = { Hooks };

'use strict';

// How many assertions and subtests a test expects.

const { PromiseWithResolvers } = primordials;

const { clearTimeout, setTimeout } = require('internal/timers');
const { TestFailure, kinds } = require('internal/test/failure');

class Plan {
  #expected;
  #seen = 0;
  #wait;
  #reached;

  // `wait`: how long after the test's function, in milliseconds, or true.
  constructor(expected, wait = false) {
    this.#expected = expected;
    this.#wait = wait;
  }

  count() {
    if (++this.#seen === this.#expected)
      this.#reached?.resolve();
  }

  // Gives a promise only when there is something to wait for.
  check() {
    if (this.#seen < this.#expected && this.#wait !== false)
      return this.#waitForAll();
    return this.#compare();
  }

  #compare() {
    if (this.#seen !== this.#expected)
      throw new TestFailure(
        `plan expected ${this.#expected} assertions but received ${this.#seen}`, kinds.threw);
  }

  async #waitForAll() {
    this.#reached = PromiseWithResolvers();
    let timer;
    if (typeof this.#wait === 'number')
      timer = setTimeout(() => this.#reached.reject(new TestFailure(
        `plan timed out after ${this.#wait}ms with ${this.#seen} assertions when expecting ` +
        `${this.#expected}`, kinds.timedOut)), this.#wait);
    try {
      await this.#reached.promise;
    } finally {
      if (timer !== undefined)
        clearTimeout(timer);
    }
    this.#compare();
  }
}

module.exports = { Plan };

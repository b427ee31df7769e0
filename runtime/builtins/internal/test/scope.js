'use strict';

// Which test the running code belongs to: known while its function runs without waiting.
// (A native store that follows promises would know it afterwards too.)

const {
  ArrayPrototypeIndexOf,
  ArrayPrototypePush,
  ArrayPrototypeSplice,
  PromisePrototypeThen,
} = primordials;

let current = null;
const unbuilt = []; // suites with an asynchronous function that has not ended

module.exports = {
  within(test, action) {
    const outer = current;
    current = test;
    try {
      return action();
    } finally {
      current = outer;
    }
  },

  // A suite whose function has given a promise.
  build(suite, promise) {
    const entry = { suite, promise };
    const built = () => ArrayPrototypeSplice(unbuilt, ArrayPrototypeIndexOf(unbuilt, entry), 1);
    ArrayPrototypePush(unbuilt, entry);
    entry.promise = PromisePrototypeThen(promise, built, built);
  },

  async allBuilt() {
    while (unbuilt.length > 0)
      await unbuilt[0].promise;
  },

  // null: the program itself.
  current: (isLoading) => current ??
    (isLoading || unbuilt.length === 0 ? null : unbuilt[unbuilt.length - 1].suite),
};

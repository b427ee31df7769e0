'use strict';

// Calls a function of a test: with a callback, with a promise, or plain.

const {
  Promise,
  PromisePrototypeFinally,
  PromiseRace,
  PromiseWithResolvers,
  ReflectApply,
  ReflectSet,
} = primordials;

const { clearTimeout, setTimeout } = require('internal/timers');
const { TestFailure, kinds } = require('internal/test/failure');

const isThenable = (value) => value !== null && value !== undefined &&
  (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function';

// `onSecond` hears of a callback that comes too late to fail the test.
function callBack(fn, self, args, onSecond) {
  const { promise, resolve, reject } = PromiseWithResolvers();
  let calls = 0;
  const done = (error) => {
    if (++calls > 1)
      onSecond(new TestFailure('callback invoked multiple times', kinds.twice));
    else if (error)
      reject(error);
    else
      resolve();
  };
  const given = ReflectApply(fn, self, [args[0], done]);
  if (!isThenable(given))
    return promise;
  given.then(undefined, () => {});
  throw new TestFailure('passed a callback but also returned a Promise', kinds.callback);
}

// What it gives is a promise only when there is something to wait for.
function callBody(fn, self, args, onSecond) {
  if (fn.length > 1)
    return callBack(fn, self, args, onSecond);
  const given = ReflectApply(fn, self, args);
  return isThenable(given) ? given : undefined;
}

// Settles with `waited`, or fails when that takes too long or `signal` is aborted.
function limit(waited, timeout, signal) {
  if (typeof timeout !== 'number' || timeout === Infinity)
    timeout = undefined;
  if (timeout === undefined && signal === undefined)
    return waited;
  let timer;
  let listener;
  const stopped = new Promise((resolve, reject) => {
    if (timeout !== undefined)
      timer = setTimeout(() => reject(
        new TestFailure(`test timed out after ${timeout}ms`, kinds.timedOut)), timeout);
    listener = () => reject(abortOf(signal));
    signal?.addEventListener('abort', listener, { once: true });
  });
  return PromisePrototypeFinally(PromiseRace([waited, stopped]), () => {
    if (timer !== undefined)
      clearTimeout(timer);
    signal?.removeEventListener('abort', listener);
  });
}

function abortOf({ reason }) {
  if (reason !== null && typeof reason === 'object')
    ReflectSet(reason, 'failureType', kinds.aborted); // it may be frozen
  return new TestFailure(reason, kinds.aborted);
}

module.exports = { abortOf, callBody, limit };

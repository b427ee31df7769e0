'use strict';

// `node:timers/promises`.

const { Promise, PromiseReject } = primordials;

const { AbortError } = require('internal/errors');
const timers = require('internal/timers');
const {
  validateAbortSignal, validateBoolean, validateNumber, validateObject,
} = require('internal/validators');

// A promise that `arm` has fulfilled, or `signal` rejected. `arm` gives what cancels it.
function waitFor(options, arm) {
  let signal;
  let ref;
  try {
    validateObject(options, 'options');
    ({ signal, ref = true } = options);
    validateAbortSignal(signal, 'options.signal');
    validateBoolean(ref, 'options.ref');
  } catch (error) {
    return PromiseReject(error);
  }
  if (signal?.aborted)
    return PromiseReject(new AbortError(undefined, { cause: signal.reason }));
  return new Promise((resolve, reject) => {
    let onAbort;
    const cancel = arm((value) => {
      if (signal !== undefined)
        signal.removeEventListener('abort', onAbort);
      resolve(value);
    }, ref);
    if (signal !== undefined) {
      onAbort = () => {
        cancel();
        reject(new AbortError(undefined, { cause: signal.reason }));
      };
      signal.addEventListener('abort', onAbort, { once: true });
    }
  });
}

function setTimeout(after, value, options = {}) {
  if (after !== undefined) {
    try {
      validateNumber(after, 'delay');
    } catch (error) {
      return PromiseReject(error);
    }
  }
  return waitFor(options, (done, ref) => {
    const timer = timers.setTimeout(done, after, value);
    if (!ref)
      timer.unref();
    return () => timers.clearTimeout(timer);
  });
}

function setImmediate(value, options = {}) {
  return waitFor(options, (done, ref) => {
    const immediate = timers.setImmediate(done, value);
    if (!ref)
      immediate.unref();
    return () => timers.clearImmediate(immediate);
  });
}

async function* setInterval(after, value, options = {}) {
  if (after !== undefined)
    validateNumber(after, 'delay');
  validateObject(options, 'options');
  const { signal, ref = true } = options;
  validateAbortSignal(signal, 'options.signal');
  validateBoolean(ref, 'options.ref');
  if (signal?.aborted)
    throw new AbortError(undefined, { cause: signal.reason });
  let due = 0;
  let wake;
  const timer = timers.setInterval(() => {
    ++due;
    wake?.();
  }, after);
  if (!ref)
    timer.unref();
  const onAbort = () => wake?.();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      if (signal?.aborted)
        throw new AbortError(undefined, { cause: signal.reason });
      if (due === 0)
        await new Promise((resolve) => {
          wake = resolve;
        });
      for (; due > 0; --due)
        yield value;
    }
  } finally {
    timers.clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

const scheduler = {
  wait: (delay, options) => setTimeout(delay, undefined, options),
  yield: () => setImmediate(),
};

module.exports = { setTimeout, setImmediate, setInterval, scheduler };

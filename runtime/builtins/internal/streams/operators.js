'use strict';

// What may be done to all chunks of a Readable
// (https://nodejs.org/api/stream.html#readablemapfn-options and what follows).

const {
  ArrayPrototypePush,
  ArrayPrototypeShift,
  MathFloor,
  Number,
  NumberIsNaN,
  Promise,
  PromisePrototypeThen,
  TypeError,
} = primordials;

const { AbortController } = require('internal/abort_controller');
const { AbortError, recapture } = require('internal/errors');
const { codes: { ERR_OUT_OF_RANGE } } = require('internal/streams/errors');
const { from } = require('internal/streams/from');
const {
  validateAbortSignal, validateFunction, validateInteger, validateObject,
} = require('internal/validators');

function optionsOf(options) {
  if (options !== undefined && options !== null)
    validateObject(options, 'options');
  const signal = options?.signal;
  if (signal !== undefined && signal !== null)
    validateAbortSignal(signal, 'options.signal');
  const given = options?.concurrency;
  const concurrency = given === undefined || given === null ? 1 : MathFloor(given);
  validateInteger(concurrency, 'options.concurrency', 1);
  return { signal: signal ?? undefined, concurrency };
}

function stopIfAborted(signal) {
  if (signal?.aborted)
    throw new AbortError(undefined, { cause: signal.reason });
}

// What `fn` makes of the chunks, in their order, `concurrency` of them at a time.
async function* mapped(stream, fn, { signal, concurrency }) {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal?.aborted)
    abort();
  else
    signal?.addEventListener('abort', abort, { __proto__: null, once: true });
  const inner = { __proto__: null, signal: controller.signal };
  const iterator = stream.iterator();
  const running = []; // promises of results
  let ended = false;
  // A chunk, and what comes of it; undefined at the end.
  const next = async () => {
    const { value, done } = await iterator.next();
    if (done) {
      ended = true;
      return undefined;
    }
    stopIfAborted(signal);
    return { __proto__: null, made: await fn(value, inner) };
  };
  const start = () => {
    // Chunks are asked for one after the other, `fn` runs side by side.
    const promise = next();
    PromisePrototypeThen(promise, undefined, () => {}); // told when its turn comes
    ArrayPrototypePush(running, promise);
  };
  try {
    for (;;) {
      stopIfAborted(signal);
      while (!ended && running.length < concurrency)
        start();
      if (running.length === 0)
        return;
      const outcome = await abortable(ArrayPrototypeShift(running), signal);
      if (outcome !== undefined)
        yield outcome.made;
    }
  } finally {
    controller.abort();
    signal?.removeEventListener('abort', abort);
    if (!ended)
      stream.destroy(); // the iterator may be waiting
  }
}

function abortable(promise, signal) {
  if (signal === undefined)
    return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(new AbortError(undefined, { cause: signal.reason }));
    signal.addEventListener('abort', abort, { __proto__: null, once: true });
    PromisePrototypeThen(promise, (value) => {
      signal.removeEventListener('abort', abort);
      resolve(value);
    }, (error) => {
      signal.removeEventListener('abort', abort);
      reject(error);
    });
  });
}

async function* kept(stream, fn, options) {
  const both = async (chunk, inner) => ({ __proto__: null, chunk, keep: await fn(chunk, inner) });
  for await (const { chunk, keep } of mapped(stream, both, options))
    if (keep)
      yield chunk;
}

async function* flattened(stream, fn, options) {
  for await (const items of mapped(stream, fn, options))
    yield* items;
}

function countOf(number) {
  number = Number(number);
  if (NumberIsNaN(number))
    return 0;
  if (number < 0)
    throw new ERR_OUT_OF_RANGE('number', '>= 0', number);
  return number;
}

async function* dropped(stream, count, { signal }) {
  stopIfAborted(signal);
  for await (const chunk of stream) {
    stopIfAborted(signal);
    if (count-- <= 0)
      yield chunk;
  }
}

async function* taken(stream, count, { signal }) {
  stopIfAborted(signal);
  if (count <= 0)
    return;
  for await (const chunk of stream) {
    stopIfAborted(signal);
    yield chunk;
    if (--count <= 0)
      return;
  }
}

// -- those that give streams ----------------------------------------------------------------

const streams = {
  map(fn, options) {
    validateFunction(fn, 'fn');
    return from(mapped(this, fn, optionsOf(options)));
  },

  filter(fn, options) {
    validateFunction(fn, 'fn');
    return from(kept(this, fn, optionsOf(options)));
  },

  flatMap(fn, options) {
    validateFunction(fn, 'fn');
    return from(flattened(this, fn, optionsOf(options)));
  },

  drop(number, options = undefined) {
    const settings = optionsOf(options);
    return from(dropped(this, countOf(number), settings));
  },

  take(number, options = undefined) {
    const settings = optionsOf(options);
    return from(taken(this, countOf(number), settings));
  },
};

function emptyReduce() {
  const error = new TypeError('Reduce of an empty stream requires an initial value');
  error.code = 'ERR_MISSING_ARGS';
  return recapture(error, emptyReduce);
}

// -- those that give promises ---------------------------------------------------------------

const promises = {
  async forEach(fn, options) {
    validateFunction(fn, 'fn');
    for await (const unused of mapped(this, fn, optionsOf(options)));
  },

  async toArray(options = undefined) {
    const { signal } = optionsOf(options);
    const list = [];
    for await (const chunk of this) {
      stopIfAborted(signal);
      ArrayPrototypePush(list, chunk);
    }
    return list;
  },

  async some(fn, options = undefined) {
    validateFunction(fn, 'fn');
    for await (const unused of kept(this, fn, optionsOf(options)))
      return true;
    return false;
  },

  async every(fn, options = undefined) {
    validateFunction(fn, 'fn');
    const not = async (chunk, inner) => !(await fn(chunk, inner));
    for await (const unused of kept(this, not, optionsOf(options)))
      return false;
    return true;
  },

  async find(fn, options) {
    validateFunction(fn, 'fn');
    for await (const chunk of kept(this, fn, optionsOf(options)))
      return chunk;
    return undefined;
  },

  async reduce(reducer, initialValue, options) {
    validateFunction(reducer, 'reducer');
    const { signal } = optionsOf(options);
    let hasValue = arguments.length > 1;
    let value = initialValue;
    stopIfAborted(signal);
    for await (const chunk of this) {
      stopIfAborted(signal);
      value = hasValue ? await reducer(value, chunk, { signal }) : chunk;
      hasValue = true;
    }
    if (!hasValue)
      throw emptyReduce();
    return value;
  },
};

module.exports = { promises, streams };

'use strict';

// `Readable.from` (https://nodejs.org/api/stream.html#streamreadablefromiterable-options).

const { PromiseResolve, SymbolAsyncIterator, SymbolIterator } = primordials;

const { Buffer } = require('internal/buffer');
const {
  codes: { ERR_INVALID_ARG_TYPE, ERR_STREAM_NULL_VALUES },
} = require('internal/streams/errors');
const { nextTick } = require('internal/process');
const { Readable } = require('internal/streams/readable');

function fromOne(chunk, options) {
  return new Readable({
    __proto__: null,
    objectMode: true,
    ...options,
    read() {
      this.push(chunk);
      this.push(null);
    },
  });
}

function from(iterable, options = undefined) {
  if (typeof iterable === 'string' || iterable instanceof Buffer)
    return fromOne(iterable, options);
  const isAsync = typeof iterable?.[SymbolAsyncIterator] === 'function';
  if (!isAsync && typeof iterable?.[SymbolIterator] !== 'function')
    throw new ERR_INVALID_ARG_TYPE('iterable', ['Iterable'], iterable);
  const iterator = isAsync ? iterable[SymbolAsyncIterator]() : iterable[SymbolIterator]();
  const stream = new Readable({ __proto__: null, objectMode: true, highWaterMark: 1, ...options });
  let reading = false;

  async function step() {
    for (;;) {
      try {
        const result = isAsync ? await iterator.next() : iterator.next();
        if (result.done) {
          stream.push(null);
          return;
        }
        const { value } = result;
        const chunk = value !== null && typeof value?.then === 'function' ? await value : value;
        if (chunk === null) {
          reading = false;
          throw new ERR_STREAM_NULL_VALUES();
        }
        if (stream.push(chunk))
          continue;
        reading = false;
      } catch (error) {
        stream.destroy(error);
      }
      return;
    }
  }

  stream._read = () => {
    if (reading)
      return;
    reading = true;
    step();
  };

  async function close(error) {
    const failed = error !== undefined && error !== null;
    if (failed && typeof iterator.throw === 'function') {
      const { value, done } = await iterator.throw(error);
      await value;
      if (done)
        return;
    }
    if (typeof iterator.return === 'function') {
      const { value } = await iterator.return();
      await value;
    }
  }

  stream._destroy = (error, callback) => {
    primordials.PromisePrototypeThen(
      PromiseResolve(close(error)),
      () => nextTick(callback, error),
      (thrown) => nextTick(callback, thrown || error));
  };
  return stream;
}

module.exports = { from };

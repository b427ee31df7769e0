'use strict';

// How streams begin and end: `_construct`, `destroy`, and the order of 'error' and 'close'.
// A Duplex has two states, of which both know.

const { ArrayPrototypePush } = primordials;

const { aggregateTwoErrors, AbortError } = require('internal/errors');
const { codes: { ERR_MULTIPLE_CALLBACK } } = require('internal/streams/errors');
const { nextTick } = require('internal/process');

// What both states have.
function lifeOf(options) {
  return {
    constructed: true,
    afterConstruction: null,
    destroyed: false,
    closed: false,
    closeEmitted: false,
    errored: null,
    errorEmitted: false,
    emitClose: options?.emitClose !== false,
    autoDestroy: options?.autoDestroy !== false,
  };
}

const mark = (stream, key, value) => {
  if (stream._readableState)
    stream._readableState[key] = value;
  if (stream._writableState)
    stream._writableState[key] = value;
};

// The first error stays.
function markErrored(stream, error) {
  if (stream._readableState)
    stream._readableState.errored ??= error;
  if (stream._writableState)
    stream._writableState.errored ??= error;
}

const either = (stream, key) =>
  !!(stream._readableState?.[key] || stream._writableState?.[key]);

// -- the beginning ----------------------------------------------------------------------

// `ready`: once `_construct` is done.
function construct(stream, ready) {
  if (typeof stream._construct !== 'function')
    return;
  const state = stream._readableState ?? stream._writableState;
  if (state.afterConstruction !== null) { // the other side of a Duplex was first
    ArrayPrototypePush(state.afterConstruction, ready);
    return;
  }
  const waiting = [ready];
  mark(stream, 'constructed', false);
  mark(stream, 'afterConstruction', waiting);
  nextTick(() => {
    let called = false;
    const done = (error) => {
      if (called) {
        fail(stream, error ?? new ERR_MULTIPLE_CALLBACK());
        return;
      }
      called = true;
      mark(stream, 'constructed', true);
      const wasDestroyed = either(stream, 'destroyed');
      if (error && !wasDestroyed)
        fail(stream, error, true);
      nextTick(() => {
        for (let i = 0; i < waiting.length; ++i)
          waiting[i](error);
      });
    };
    try {
      stream._construct((error) => nextTick(done, error));
    } catch (error) {
      nextTick(done, error);
    }
  });
}

// -- the end ----------------------------------------------------------------------------

function emitErrorOnce(stream, error) {
  if (either(stream, 'errorEmitted'))
    return;
  mark(stream, 'errorEmitted', true);
  stream.emit('error', error);
}

function emitCloseOnce(stream) {
  mark(stream, 'closeEmitted', true);
  if (either(stream, 'emitClose'))
    stream.emit('close');
}

function finishDestroying(stream, error, callback) {
  let called = false;
  const done = (failure) => {
    if (called)
      return;
    called = true;
    if (failure)
      markErrored(stream, failure);
    mark(stream, 'closed', true);
    if (typeof callback === 'function')
      callback(failure);
    nextTick(() => {
      try {
        if (failure)
          emitErrorOnce(stream, failure);
      } finally {
        emitCloseOnce(stream);
      }
    });
  };
  try {
    stream._destroy(error ?? null, done);
  } catch (thrown) {
    done(thrown);
  }
}

function destroy(error, callback) {
  const state = this._readableState ?? this._writableState;
  if (either(this, 'destroyed')) {
    if (typeof callback === 'function')
      callback();
    return this;
  }
  if (error)
    markErrored(this, error);
  mark(this, 'destroyed', true);
  if (state.constructed)
    finishDestroying(this, error, callback);
  else
    ArrayPrototypePush(state.afterConstruction, (failure) =>
      finishDestroying(this, aggregateTwoErrors(error, failure), callback));
  return this;
}

// An error of the stream itself. `later`: its event must not come before the caller goes on.
function fail(stream, error, later = false) {
  if (either(stream, 'destroyed'))
    return;
  if (either(stream, 'autoDestroy')) {
    stream.destroy(error);
    return;
  }
  markErrored(stream, error);
  if (later)
    nextTick(emitErrorOnce, stream, error);
  else
    emitErrorOnce(stream, error);
}

// For one that others made, too.
function destroyAny(stream, error) {
  if (!stream || either(stream, 'destroyed') || stream.destroyed)
    return;
  if (typeof stream.destroy === 'function')
    stream.destroy(error);
  else if (typeof stream.close === 'function')
    stream.close();
}

const abortErrorOf = (signal) => new AbortError(undefined, { cause: signal.reason });

function destroyOnAbort(stream, signal) {
  const abort = () => stream.destroy(abortErrorOf(signal));
  if (signal.aborted) {
    abort();
    return;
  }
  signal.addEventListener('abort', abort, { once: true });
  require('internal/streams/finished').finished(
    stream, () => signal.removeEventListener('abort', abort));
}

module.exports = {
  abortErrorOf,
  construct,
  destroy,
  destroyAny,
  destroyOnAbort,
  either,
  emitErrorOnce,
  fail,
  lifeOf,
  markErrored,
};

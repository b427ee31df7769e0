'use strict';

// `stream.finished` (https://nodejs.org/api/stream.html#streamfinishedstream-options-callback).

const { Promise, ReflectApply } = primordials;

const { codes: { ERR_INVALID_ARG_TYPE, ERR_STREAM_PREMATURE_CLOSE } } =
  require('internal/streams/errors');
const {
  errorOf, hasEnded, hasFinished, isClosed, isDestroyed, isReadableStream, isStream,
  isWritableStream,
} = require('internal/streams/kinds');
const { abortErrorOf } = require('internal/streams/life');
const { nextTick } = require('internal/process');
const {
  validateAbortSignal, validateBoolean, validateFunction, validateObject,
} = require('internal/validators');

// Is 'close' what comes last?
function willClose(stream) {
  const state = stream._writableState ?? stream._readableState;
  if (state === undefined)
    return stream.closed === false; // an HTTP message
  return !!(state && state.autoDestroy && state.emitClose && state.closed === false);
}

// @returns a function that takes the listeners away.
function finished(stream, options, callback) {
  if (typeof options === 'function') {
    callback = options;
    options = undefined;
  }
  options ??= { __proto__: null };
  validateObject(options, 'options');
  validateFunction(callback, 'callback');
  validateAbortSignal(options.signal, 'options.signal');
  if (!isStream(stream))
    throw new ERR_INVALID_ARG_TYPE('stream', ['ReadableStream', 'WritableStream', 'Stream'],
                                   stream);
  // An HTTP message that is written has a `pipe`, and no more.
  const canRead = isReadableStream(stream) && typeof stream.pause === 'function' &&
    typeof stream.resume === 'function';
  const canWrite = isWritableStream(stream);
  const readable = options.readable ?? canRead;
  const writable = options.writable ?? canWrite;
  const { signal } = options;
  let ended = canRead ? hasEnded(stream) === true && !!stream.readableEnded : false;
  let written = canWrite ? hasFinished(stream) === true && !!stream.writableFinished : false;
  const atClose = willClose(stream) && canRead === readable && canWrite === writable;
  let called = false;
  const done = (error) => {
    if (called)
      return;
    called = true;
    if (signal !== undefined)
      signal.removeEventListener('abort', onAbort);
    if (error === undefined)
      ReflectApply(callback, stream, []);
    else
      ReflectApply(callback, stream, [error]);
  };
  const onFinish = () => {
    written = true;
    if (atClose && (!stream.readable || readable) && !isClosed(stream))
      return;
    if (!readable || ended)
      done();
  };
  const onEnd = () => {
    ended = true;
    if (atClose && (!stream.writable || writable) && !isClosed(stream))
      return;
    if (!writable || written)
      done();
  };
  const wasClosed = isClosed(stream);
  const onError = (error) => {
    if (!wasClosed) // else `onClose` tells
      done(error);
  };
  const onClose = () => {
    const error = errorOf(stream);
    if (error && typeof error !== 'boolean')
      done(error);
    else if (readable && canRead && !ended && !stream.readableEnded)
      done(new ERR_STREAM_PREMATURE_CLOSE());
    else if (writable && canWrite && !written && !stream.writableFinished)
      done(new ERR_STREAM_PREMATURE_CLOSE());
    else
      done();
  };
  const forget = () => {
    called = true;
    stream.removeListener('end', onEnd);
    stream.removeListener('finish', onFinish);
    stream.removeListener('error', onError);
    stream.removeListener('close', onClose);
    stream.removeListener('aborted', onClose);
    if (signal !== undefined)
      signal.removeEventListener('abort', onAbort);
  };
  const onAbort = () => {
    if (called)
      return;
    forget();
    ReflectApply(callback, stream, [abortErrorOf(signal)]);
  };
  stream.on('end', onEnd);
  stream.on('finish', onFinish);
  if (options.error !== false)
    stream.on('error', onError);
  stream.on('close', onClose);
  if (typeof stream.aborted === 'boolean')
    stream.on('aborted', onClose);
  // What has been already.
  if (wasClosed ||
      (stream._readableState ?? stream._writableState)?.closeEmitted)
    nextTick(onClose);
  else if (stream._writableState?.errorEmitted || stream._readableState?.errorEmitted) {
    if (!atClose)
      nextTick(onClose);
  } else if (!isDestroyed(stream) && (!readable || !canRead || ended) &&
           (!writable || !canWrite || written) && !atClose) {
    nextTick(onClose);
  }
  if (signal !== undefined) {
    if (signal.aborted)
      nextTick(onAbort);
    else
      signal.addEventListener('abort', onAbort, { once: true });
  }
  return forget;
}

function finishedPromise(stream, options = undefined) {
  const cleanup = options?.cleanup ?? false;
  if (options?.cleanup !== undefined && options.cleanup !== null)
    validateBoolean(options.cleanup, 'cleanup');
  return new Promise((resolve, reject) => {
    const forget = finished(stream, options, (error) => {
      if (cleanup)
        forget();
      if (error)
        reject(error);
      else
        resolve();
    });
  });
}

module.exports = { finished, finishedPromise };

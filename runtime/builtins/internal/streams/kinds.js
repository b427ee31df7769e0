'use strict';

// What may be asked of a stream, whoever made it: ours have states, others only methods.

const { SymbolAsyncIterator, SymbolIterator } = primordials;

const isObject = (value) => value !== null && typeof value === 'object';

// Of a Duplex a side may be missing; a Writable has a `pipe` that is none.
const isReadableStream = (value) => isObject(value) && typeof value.pipe === 'function' &&
  typeof value.on === 'function' && (!value._writableState ||
  (value._readableState !== undefined && value._readableState.readable !== false));

const isWritableStream = (value) => isObject(value) && typeof value.write === 'function' &&
  typeof value.on === 'function' &&
  (!value._readableState || value._writableState?.writable !== false);

const isStream = (value) => isObject(value) && (value._readableState !== undefined ||
  value._writableState !== undefined ||
  (typeof value.on === 'function' &&
   (typeof value.write === 'function' || typeof value.pipe === 'function')));

const isAsyncIterable = (value) =>
  value !== null && value !== undefined && typeof value[SymbolAsyncIterator] === 'function';
const isIterable = (value) => value !== null && value !== undefined &&
  (typeof value[SymbolAsyncIterator] === 'function' || typeof value[SymbolIterator] === 'function');

const isDestroyed = (stream) => !!(stream.destroyed || stream._readableState?.destroyed ||
  stream._writableState?.destroyed);
const isClosed = (stream) => !!(stream.closed || stream._readableState?.closed ||
  stream._writableState?.closed);
const errorOf = (stream) =>
  stream.errored ?? stream._readableState?.errored ?? stream._writableState?.errored ?? null;

// Has all been read? null: it is no such stream.
function hasEnded(stream) {
  if (stream.readableEnded === true)
    return true;
  const state = stream._readableState;
  return state ? state.endEmitted || (state.ended && state.length === 0) : null;
}

// Has all been written?
function hasFinished(stream) {
  if (stream.writableFinished === true)
    return true;
  const state = stream._writableState;
  return state ? !!(state.finished || (state.ended && state.length === 0)) : null;
}

// -- of `node:stream` -------------------------------------------------------------------

const isErrored = (stream) => !!(stream && errorOf(stream));

function isReadable(stream) {
  if (!isReadableStream(stream) || typeof stream.readable !== 'boolean')
    return null;
  return !isDestroyed(stream) && stream.readable && !hasEnded(stream);
}

function isWritable(stream) {
  if (!isWritableStream(stream) || typeof stream.writable !== 'boolean')
    return null;
  return !isDestroyed(stream) && stream.writable && !stream.writableEnded;
}

const isDisturbed = (stream) => !!(stream && (stream.readableDidRead || stream.readableAborted));

module.exports = {
  errorOf,
  hasEnded,
  hasFinished,
  isAsyncIterable,
  isClosed,
  isDestroyed,
  isDisturbed,
  isErrored,
  isIterable,
  isReadable,
  isReadableStream,
  isStream,
  isWritable,
  isWritableStream,
};

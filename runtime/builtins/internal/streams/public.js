'use strict';

// What `node:stream` gives: `Stream` with everything as its properties.

const { ObjectAssign, ObjectDefineProperty, ObjectKeys } = primordials;

const { codes: { ERR_INVALID_ARG_TYPE } } = require('internal/streams/errors');
const { Duplex } = require('internal/streams/duplex');
const { destroyAny, destroyOnAbort } = require('internal/streams/life');
const { finished, finishedPromise } = require('internal/streams/finished');
const { from } = require('internal/streams/from');
const {
  isDisturbed, isErrored, isReadable, isStream, isWritable,
} = require('internal/streams/kinds');
const {
  getDefaultHighWaterMark, setDefaultHighWaterMark,
} = require('internal/streams/limits');
const operators = require('internal/streams/operators');
const { pipeline, pipelinePromise } = require('internal/streams/pipeline');
const { Readable } = require('internal/streams/readable');
const { Stream } = require('internal/streams/stream');
const { PassThrough, Transform } = require('internal/streams/transform');
const { customPromisify, hidden } = require('internal/util');
const { validateAbortSignal } = require('internal/validators');
const { Writable } = require('internal/streams/writable');

Readable.from = from;
function addOperators(from) {
  const names = ObjectKeys(from);
  for (let i = 0; i < names.length; ++i)
    hidden(Readable.prototype, names[i], from[names[i]]);
}
addOperators(operators.streams);
addOperators(operators.promises);

function addAbortSignal(signal, stream) {
  if (signal === undefined)
    throw new ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal);
  validateAbortSignal(signal, 'signal');
  if (!isStream(stream))
    throw new ERR_INVALID_ARG_TYPE('stream', ['ReadableStream', 'WritableStream', 'Stream'],
                                   stream);
  destroyOnAbort(stream, signal);
  return stream;
}

const promises = { finished: finishedPromise, pipeline: pipelinePromise };

function promisified(fn, promise) {
  ObjectDefineProperty(fn, customPromisify, {
    __proto__: null, enumerable: true, get: () => promise,
  });
}
promisified(finished, finishedPromise);
promisified(pipeline, pipelinePromise);

const members = {
  isDestroyed: (stream) => !!(stream && (stream.destroyed || stream.closed)),
  isDisturbed,
  isErrored,
  isReadable,
  isWritable,
  Readable,
  Writable,
  Duplex,
  Transform,
  PassThrough,
  pipeline,
  addAbortSignal,
  finished,
  destroy: destroyAny,
  setDefaultHighWaterMark,
  getDefaultHighWaterMark,
};
ObjectAssign(Stream, members);
ObjectDefineProperty(Stream, 'promises', {
  __proto__: null, configurable: true, enumerable: true, get: () => promises,
});
Stream.Stream = Stream;

module.exports = { Stream, promises };

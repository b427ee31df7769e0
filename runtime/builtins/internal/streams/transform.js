'use strict';

// `stream.Transform` and `stream.PassThrough`
// (https://nodejs.org/api/stream.html#class-streamtransform).

const { FunctionPrototypeCall, ObjectSetPrototypeOf } = primordials;

const { Duplex } = require('internal/streams/duplex');
const { codes: { ERR_METHOD_NOT_IMPLEMENTED } } = require('internal/streams/errors');

// The callbacks of writes that wait until what they gave is read.
const waiting = new primordials.WeakMap();
const { WeakMapPrototypeDelete, WeakMapPrototypeGet, WeakMapPrototypeSet } = primordials;

function Transform(options) {
  if (!(this instanceof Transform))
    return new Transform(options);
  // With a mark of 0 on the side that is read nothing is kept there, so the other keeps less.
  if (options?.readableHighWaterMark === 0)
    options = { __proto__: null, ...options, highWaterMark: undefined, readableHighWaterMark: 0,
                writableHighWaterMark: options.writableHighWaterMark ?? 0 };
  FunctionPrototypeCall(Duplex, this, options);
  this._readableState.sync = false; // `_read` only lets a write go on
  if (typeof options?.transform === 'function')
    this._transform = options.transform;
  if (typeof options?.flush === 'function')
    this._flush = options.flush;
  this.on('prefinish', onPrefinish);
}
ObjectSetPrototypeOf(Transform.prototype, Duplex.prototype);
ObjectSetPrototypeOf(Transform, Duplex);

function flush(stream, done) {
  const end = (error, data) => {
    if (error) {
      if (done)
        done(error);
      else
        stream.destroy(error);
      return;
    }
    if (data !== null && data !== undefined)
      stream.push(data);
    stream.push(null);
    done?.();
  };
  if (typeof stream._flush === 'function' && !stream.destroyed)
    stream._flush(end);
  else
    end();
}

Transform.prototype._final = function _final(callback) {
  flush(this, callback);
};

// For a class that has replaced `_final`.
function onPrefinish() {
  if (this._final !== Transform.prototype._final)
    flush(this);
}

Transform.prototype._transform = function _transform() {
  throw new ERR_METHOD_NOT_IMPLEMENTED('_transform()');
};

Transform.prototype._write = function _write(chunk, encoding, callback) {
  const readable = this._readableState;
  const writable = this._writableState;
  const { length } = readable;
  this._transform(chunk, encoding, (error, data) => {
    if (error) {
      callback(error);
      return;
    }
    if (data !== null && data !== undefined)
      this.push(data);
    // Goes on when there is room, or when nothing came of it.
    if (writable.ended || length === readable.length || readable.length < readable.highWaterMark)
      callback();
    else
      WeakMapPrototypeSet(waiting, this, callback);
  });
};

Transform.prototype._read = function _read() {
  const callback = WeakMapPrototypeGet(waiting, this);
  if (callback === undefined)
    return;
  WeakMapPrototypeDelete(waiting, this);
  callback();
};

function PassThrough(options) {
  if (!(this instanceof PassThrough))
    return new PassThrough(options);
  FunctionPrototypeCall(Transform, this, options);
}
ObjectSetPrototypeOf(PassThrough.prototype, Transform.prototype);
ObjectSetPrototypeOf(PassThrough, Transform);

PassThrough.prototype._transform = function _transform(chunk, encoding, callback) {
  callback(null, chunk);
};

module.exports = { PassThrough, Transform };

'use strict';

// `stream.Writable` (https://nodejs.org/api/stream.html#writable-streams).

const {
  ArrayBufferIsView,
  ArrayPrototypePush,
  FunctionPrototypeCall,
  FunctionPrototypeSymbolHasInstance,
  ObjectDefineProperties,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
  StringPrototypeToLowerCase,
  SymbolHasInstance,
} = primordials;

const { Buffer } = require('internal/buffer');
const EventEmitter = require('internal/events');
const { nextTick } = require('internal/process');
const { Chunks, bufferOf, sizeOf } = require('internal/streams/chunks');
const {
  codes: {
    ERR_INVALID_ARG_TYPE, ERR_METHOD_NOT_IMPLEMENTED, ERR_MULTIPLE_CALLBACK,
    ERR_STREAM_ALREADY_FINISHED, ERR_STREAM_CANNOT_PIPE, ERR_STREAM_DESTROYED,
    ERR_STREAM_NULL_VALUES, ERR_STREAM_WRITE_AFTER_END, ERR_UNKNOWN_ENCODING,
  },
} = require('internal/streams/errors');
const { construct, destroy, fail, lifeOf, markErrored } = require('internal/streams/life');
const { highWaterMarkOf } = require('internal/streams/limits');
const { addSignal } = require('internal/streams/readable');
const { Stream } = require('internal/streams/stream');

const nothing = () => {};

function stateOf(options, isDuplex) {
  const objectMode = !!(options?.objectMode || (isDuplex && options?.writableObjectMode));
  const state = lifeOf(options);
  state.objectMode = objectMode;
  state.highWaterMark =
    highWaterMarkOf(options, isDuplex ? 'writableHighWaterMark' : undefined, objectMode);
  state.decodeStrings = options?.decodeStrings !== false;
  state.defaultEncoding = options?.defaultEncoding || 'utf8';
  state.chunks = new Chunks(); // { chunk, encoding, callback, length }
  state.length = 0; // bytes, characters or objects that are not written yet
  state.corked = 0;
  state.writing = null; // { length, callback }: what `_write` has now
  state.sync = true;
  state.draining = false; // the chunks are being given to `_write`
  state.needDrain = false;
  state.pending = 0; // callbacks that were not called yet
  state.finalCalled = false;
  state.told = undefined; // callbacks that the next tick calls
  state.prefinished = false;
  state.ending = false; // `end` was called
  state.ended = false; // and is done
  state.finished = false;
  state.afterFinish = [];
  state.writable = true; // false: the side of a Duplex that is not there
  return state;
}

function Writable(options) {
  if (!(this instanceof Writable))
    return new Writable(options);
  initWritable(this, options, false);
  if (options?.signal)
    addSignal(this, options.signal);
}
ObjectSetPrototypeOf(Writable.prototype, Stream.prototype);
ObjectSetPrototypeOf(Writable, Stream);

// A Duplex is one too.
ObjectDefineProperty(Writable, SymbolHasInstance, {
  __proto__: null,
  value(object) {
    if (FunctionPrototypeSymbolHasInstance(this, object))
      return true;
    return this === Writable && !!object && typeof object === 'object' &&
      object._writableState?.chunks instanceof Chunks;
  },
});

// For a Duplex too, which is constructed when it has both states.
function initWritable(stream, options, isDuplex) {
  stream._writableState = stateOf(options, isDuplex);
  if (typeof options?.write === 'function')
    stream._write = options.write;
  if (typeof options?.writev === 'function')
    stream._writev = options.writev;
  if (typeof options?.final === 'function')
    stream._final = options.final;
  if (typeof options?.destroy === 'function')
    stream._destroy = options.destroy;
  if (isDuplex)
    return;
  if (typeof options?.construct === 'function')
    stream._construct = options.construct;
  FunctionPrototypeCall(Stream, stream, options);
  construct(stream, () => readyToWrite(stream));
}

function readyToWrite(stream) {
  const state = stream._writableState;
  if (state.writing === null)
    drainChunks(stream, state);
  finishMaybe(stream, state, false);
}

// -- writing ----------------------------------------------------------------------------

// Gives back an error, or whether more may be written at once.
function add(stream, chunk, encoding, callback) {
  const state = stream._writableState;
  if (typeof encoding === 'function') {
    callback = encoding;
    encoding = undefined;
  }
  if (typeof callback !== 'function')
    callback = nothing;
  if (!encoding)
    encoding = state.objectMode ? undefined : state.defaultEncoding;
  else if (encoding !== 'buffer' && !Buffer.isEncoding(encoding))
    throw new ERR_UNKNOWN_ENCODING(encoding);
  if (chunk === null)
    throw new ERR_STREAM_NULL_VALUES();
  if (!state.objectMode) {
    if (typeof chunk === 'string') {
      if (state.decodeStrings) {
        chunk = Buffer.from(chunk, encoding);
        encoding = 'buffer';
      }
    } else if (ArrayBufferIsView(chunk)) {
      chunk = chunk instanceof Buffer ? chunk : bufferOf(chunk);
      encoding = 'buffer';
    } else {
      throw new ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'TypedArray', 'DataView'],
                                     chunk);
    }
  }
  const error = state.ending ? new ERR_STREAM_WRITE_AFTER_END() :
    state.destroyed ? new ERR_STREAM_DESTROYED('write') : undefined;
  if (error !== undefined) {
    nextTick(callback, error);
    fail(stream, error, true);
    return error;
  }
  ++state.pending;
  return keepOrWrite(stream, state, chunk, encoding, callback);
}

function keepOrWrite(stream, state, chunk, encoding, callback) {
  const length = state.objectMode ? 1 : sizeOf(chunk);
  state.length += length;
  if (state.writing !== null || state.corked > 0 || state.errored !== null || !state.constructed)
    state.chunks.push({ chunk, encoding, callback, length });
  else
    writeNow(stream, state, { length, callback }, () =>
      stream._write(chunk, encoding, resultOf(stream, state)));
  // What was written at once takes no room.
  const hasRoom = state.length < state.highWaterMark || state.length === 0;
  if (!hasRoom)
    state.needDrain = true;
  return hasRoom && state.errored === null && !state.destroyed;
}

function writeNow(stream, state, what, call) {
  state.writing = what;
  state.sync = true;
  if (state.destroyed)
    resultOf(stream, state)(new ERR_STREAM_DESTROYED('write'));
  else
    call();
  state.sync = false;
}

// What `_write` calls.
function resultOf(stream, state) {
  return (error) => {
    const what = state.writing;
    if (what === null) {
      fail(stream, new ERR_MULTIPLE_CALLBACK());
      return;
    }
    state.writing = null;
    state.length -= what.length;
    if (error) {
      error.stack; // V8 writes it now, when it is still known how it came to this
      markErrored(stream, error);
      if (state.sync)
        nextTick(failedToWrite, stream, state, error, what.callback);
      else
        failedToWrite(stream, state, error, what.callback);
      return;
    }
    if (state.chunks.count > 0)
      drainChunks(stream, state);
    const drains = state.needDrain && !state.ending && state.length === 0;
    if (what.callback === nothing && !drains && !state.destroyed) {
      --state.pending;
      finishMaybe(stream, state, true);
    } else if (state.sync) {
      afterWriteLater(stream, state, what.callback);
    } else {
      afterWrite(stream, state, [what.callback]);
    }
  };
}

// Writes that are done at once are told of in one tick.
function afterWriteLater(stream, state, callback) {
  if (state.told !== undefined) {
    ArrayPrototypePush(state.told, callback);
    return;
  }
  state.told = [callback];
  nextTick(() => {
    const callbacks = state.told;
    state.told = undefined;
    afterWrite(stream, state, callbacks);
  });
}

function afterWrite(stream, state, callbacks) {
  if (state.needDrain && !state.ending && !state.destroyed && state.length === 0) {
    state.needDrain = false;
    stream.emit('drain');
  }
  for (let i = 0; i < callbacks.length; ++i) {
    --state.pending;
    callbacks[i](null);
  }
  if (state.destroyed)
    dropChunks(state);
  finishMaybe(stream, state, false);
}

function failedToWrite(stream, state, error, callback) {
  --state.pending;
  callback(error);
  dropChunks(state);
  fail(stream, error);
}

// What waits will not be written.
function dropChunks(state) {
  if (state.writing !== null)
    return;
  while (state.chunks.count > 0) {
    const { callback, length } = state.chunks.shift();
    state.length -= length;
    --state.pending;
    callback(state.errored ?? new ERR_STREAM_DESTROYED('write'));
  }
  callAfterFinish(state, state.errored ?? new ERR_STREAM_DESTROYED('end'));
}

function drainChunks(stream, state) {
  if (state.corked > 0 || state.draining || state.destroyed || !state.constructed ||
      state.chunks.count === 0)
    return;
  state.draining = true;
  if (state.chunks.count > 1 && typeof stream._writev === 'function') {
    const list = state.chunks.all();
    state.chunks.clear();
    state.pending -= list.length - 1;
    const callback = (error) => {
      for (let i = 0; i < list.length; ++i)
        list[i].callback(error);
    };
    const { length } = state;
    const given = [];
    for (let i = 0; i < list.length; ++i)
      given[i] = { chunk: list[i].chunk, encoding: list[i].encoding };
    writeNow(stream, state, { length, callback }, () =>
      stream._writev(given, resultOf(stream, state)));
  } else {
    while (state.chunks.count > 0 && state.writing === null) {
      const { chunk, encoding, callback, length } = state.chunks.shift();
      writeNow(stream, state, { length, callback }, () =>
        stream._write(chunk, encoding, resultOf(stream, state)));
    }
  }
  state.draining = false;
}

Writable.prototype.write = function write(chunk, encoding, callback) {
  return add(this, chunk, encoding, callback) === true;
};

Writable.prototype._write = function _write(chunk, encoding, callback) {
  if (typeof this._writev !== 'function')
    throw new ERR_METHOD_NOT_IMPLEMENTED('_write()');
  this._writev([{ chunk, encoding }], callback);
};
Writable.prototype._writev = null;

Writable.prototype.cork = function cork() {
  ++this._writableState.corked;
};

Writable.prototype.uncork = function uncork() {
  const state = this._writableState;
  if (state.corked === 0)
    return;
  --state.corked;
  if (state.writing === null)
    drainChunks(this, state);
};

Writable.prototype.setDefaultEncoding = function setDefaultEncoding(encoding) {
  if (typeof encoding === 'string')
    encoding = StringPrototypeToLowerCase(encoding);
  if (!Buffer.isEncoding(encoding))
    throw new ERR_UNKNOWN_ENCODING(encoding);
  this._writableState.defaultEncoding = encoding;
  return this;
};

// As in Node: it is an error.
Writable.prototype.pipe = function pipe() {
  fail(this, new ERR_STREAM_CANNOT_PIPE());
};

// -- the end ----------------------------------------------------------------------------

Writable.prototype.end = function end(chunk, encoding, callback) {
  const state = this._writableState;
  if (typeof chunk === 'function') {
    callback = chunk;
    chunk = null;
    encoding = null;
  } else if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  let error;
  if (chunk !== null && chunk !== undefined) {
    const outcome = add(this, chunk, encoding);
    if (typeof outcome === 'object')
      error = outcome;
  }
  if (state.corked > 0) {
    state.corked = 1;
    this.uncork();
  }
  if (error === undefined) {
    if (state.errored === null && !state.ending) {
      state.ending = true;
      finishMaybe(this, state, true);
      state.ended = true;
    } else if (state.finished) {
      error = new ERR_STREAM_ALREADY_FINISHED('end');
    } else if (state.destroyed) {
      error = new ERR_STREAM_DESTROYED('end');
    }
  }
  if (typeof callback === 'function') {
    if (error !== undefined)
      nextTick(callback, error);
    else if (state.errored !== null)
      nextTick(callback, state.errored);
    else if (state.finished)
      nextTick(callback);
    else
      ArrayPrototypePush(state.afterFinish, callback);
  }
  return this;
};

const mayFinish = (state) => state.ending && !state.destroyed && state.constructed &&
  state.length === 0 && state.errored === null && state.chunks.count === 0 && !state.finished &&
  state.writing === null && !state.errorEmitted && !state.closeEmitted;

function callAfterFinish(state, error) {
  const list = state.afterFinish;
  state.afterFinish = [];
  for (let i = 0; i < list.length; ++i)
    list[i](error);
}

function callFinal(stream, state) {
  let called = false;
  const done = (error) => {
    if (called) {
      fail(stream, error ?? new ERR_MULTIPLE_CALLBACK());
      return;
    }
    called = true;
    --state.pending;
    if (error) {
      callAfterFinish(state, error);
      fail(stream, error, state.sync);
    } else if (mayFinish(state)) {
      state.prefinished = true;
      stream.emit('prefinish');
      ++state.pending; // not before the tick
      nextTick(finish, stream, state);
    }
  };
  state.sync = true;
  ++state.pending;
  try {
    stream._final(done);
  } catch (error) {
    done(error);
  }
  state.sync = false;
}

function finishMaybe(stream, state, sync) {
  if (!mayFinish(state))
    return;
  if (!state.prefinished && !state.finalCalled) {
    if (typeof stream._final === 'function' && !state.destroyed) {
      state.finalCalled = true;
      callFinal(stream, state);
    } else {
      state.prefinished = true;
      stream.emit('prefinish');
    }
  }
  if (state.pending !== 0)
    return;
  ++state.pending;
  if (sync)
    nextTick(() => {
      if (mayFinish(state))
        finish(stream, state);
      else
        --state.pending;
    });
  else if (mayFinish(state))
    finish(stream, state);
}

function finish(stream, state) {
  --state.pending;
  state.finished = true;
  callAfterFinish(state, undefined);
  stream.emit('finish');
  const other = stream._readableState;
  if (state.autoDestroy && (!other || (other.autoDestroy &&
      (other.endEmitted || other.readable === false))))
    stream.destroy();
}

Writable.prototype.destroy = function(error, callback) {
  const state = this._writableState;
  if (!state.destroyed && (state.chunks.count > 0 || state.afterFinish.length > 0))
    nextTick(dropChunks, state);
  FunctionPrototypeCall(destroy, this, error, callback);
  return this;
};
Writable.prototype._destroy = function _destroy(error, callback) {
  callback(error);
};
Writable.prototype[EventEmitter.captureRejectionSymbol] = function(error) {
  this.destroy(error);
};

// -- facts ------------------------------------------------------------------------------

const property = (get, set = undefined) =>
  ({ __proto__: null, configurable: true, enumerable: false, get, set });

const properties = {
  __proto__: null,
  writable: property(function() {
    const state = this._writableState;
    return !!state && state.writable && !state.destroyed && state.errored === null &&
      !state.ending && !state.ended;
  }, function(value) {
    if (this._writableState)
      this._writableState.writable = !!value;
  }),
  writableFinished: property(function() {
    return this._writableState ? this._writableState.finished : false;
  }),
  writableObjectMode: property(function() {
    return this._writableState ? this._writableState.objectMode : false;
  }),
  writableBuffer: property(function() {
    return this._writableState?.chunks.all();
  }),
  writableEnded: property(function() {
    return this._writableState ? this._writableState.ending : false;
  }),
  writableNeedDrain: property(function() {
    const state = this._writableState;
    return state ? !state.destroyed && !state.ending && state.needDrain : false;
  }),
  writableHighWaterMark: property(function() {
    return this._writableState?.highWaterMark;
  }),
  writableCorked: property(function() {
    return this._writableState ? this._writableState.corked : 0;
  }),
  writableLength: property(function() {
    return this._writableState?.length;
  }),
  writableAborted: property(function() {
    const state = this._writableState;
    return state.writable && (state.destroyed || state.errored !== null) && !state.finished;
  }),
};

ObjectDefineProperties(Writable.prototype, properties);
ObjectDefineProperties(Writable.prototype, {
  __proto__: null,
  errored: property(function() {
    return this._writableState ? this._writableState.errored : null;
  }),
  closed: property(function() {
    return this._writableState ? this._writableState.closed : false;
  }),
  destroyed: property(function() {
    return this._writableState ? this._writableState.destroyed : false;
  }, function(value) {
    if (this._writableState)
      this._writableState.destroyed = value;
  }),
});

module.exports = { Writable, initWritable, properties, readyToWrite };

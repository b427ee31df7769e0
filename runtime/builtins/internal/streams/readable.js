'use strict';

// `stream.Readable` (https://nodejs.org/api/stream.html#readable-streams).
//
// `flowing` is null until somebody says how the stream is to be read, true while chunks are
// given to 'data', false while they wait. `reading`: `_read` was called and has not pushed yet.

const {
  ArrayBufferIsView,
  ArrayPrototypeIndexOf,
  ArrayPrototypePush,
  ArrayPrototypeSplice,
  FunctionPrototypeCall,
  MathPow,
  MathCeil,
  MathLog2,
  NumberIsInteger,
  NumberIsNaN,
  NumberParseInt,
  ObjectDefineProperties,
  ObjectSetPrototypeOf,
  Promise,
  SymbolAsyncIterator,
} = primordials;

const { Buffer } = require('internal/buffer');
const EventEmitter = require('internal/events');
const { nextTick } = require('internal/process');
const { Chunks, bufferOf, sizeOf } = require('internal/streams/chunks');
const {
  codes: {
    ERR_INVALID_ARG_TYPE, ERR_METHOD_NOT_IMPLEMENTED, ERR_OUT_OF_RANGE,
    ERR_STREAM_PUSH_AFTER_EOF, ERR_STREAM_UNSHIFT_AFTER_END_EVENT,
  },
} = require('internal/streams/errors');
const {
  construct, destroy, destroyOnAbort, fail, lifeOf,
} = require('internal/streams/life');
const { highWaterMarkOf } = require('internal/streams/limits');
const { Stream } = require('internal/streams/stream');
const { StringDecoder } = require('internal/string_decoder');
const { AbortError } = require('internal/errors');
const { validateObject } = require('internal/validators');

const highWaterMarkMax = 0x40000000;

function stateOf(options, isDuplex) {
  const objectMode = !!(options?.objectMode || (isDuplex && options?.readableObjectMode));
  const state = lifeOf(options);
  state.objectMode = objectMode;
  state.highWaterMark =
    highWaterMarkOf(options, isDuplex ? 'readableHighWaterMark' : undefined, objectMode);
  state.chunks = new Chunks();
  state.length = 0; // bytes, characters, or objects
  state.flowing = null;
  state.paused = false; // by `pause`
  state.reading = false;
  state.sync = true; // in `_read`, or before the first one
  state.wanted = false; // 'readable' is waited for
  state.announced = false; // and on its way
  state.listening = false; // to 'readable'
  state.dataListening = false; // as in Node: until `removeListener` takes the last one
  state.resuming = false;
  state.filling = false;
  state.ended = false; // nothing more will be pushed
  state.ending = false;
  state.endEmitted = false;
  state.didRead = false;
  state.readable = true; // false: the side of a Duplex that is not there
  state.pipes = [];
  state.awaited = []; // destinations that are to drain
  state.decoder = null;
  state.encoding = null;
  state.defaultEncoding = options?.defaultEncoding || 'utf8';
  return state;
}

function Readable(options) {
  if (!(this instanceof Readable))
    return new Readable(options);
  initReadable(this, options, false);
  if (options?.signal)
    addSignal(this, options.signal);
}
ObjectSetPrototypeOf(Readable.prototype, Stream.prototype);
ObjectSetPrototypeOf(Readable, Stream);

// For a Duplex too, which is constructed when it has both states.
function initReadable(stream, options, isDuplex) {
  stream._readableState = stateOf(options, isDuplex);
  if (typeof options?.read === 'function')
    stream._read = options.read;
  if (typeof options?.destroy === 'function')
    stream._destroy = options.destroy;
  if (isDuplex)
    return;
  if (typeof options?.construct === 'function')
    stream._construct = options.construct;
  FunctionPrototypeCall(Stream, stream, options);
  if (options?.encoding)
    stream.setEncoding(options.encoding);
  construct(stream, () => readyToRead(stream));
}

function addSignal(stream, signal) {
  require('internal/validators').validateAbortSignal(signal, 'options.signal');
  destroyOnAbort(stream, signal);
}

function readyToRead(stream) {
  if (stream._readableState.wanted)
    fillLater(stream, stream._readableState);
}

// -- filling ----------------------------------------------------------------------------

Readable.prototype._read = function _read() {
  throw new ERR_METHOD_NOT_IMPLEMENTED('_read()');
};

Readable.prototype.push = function push(chunk, encoding) {
  return add(this, chunk, encoding, false);
};

Readable.prototype.unshift = function unshift(chunk, encoding) {
  return add(this, chunk, encoding, true);
};

const wantsMore = (state) =>
  !state.ended && (state.length < state.highWaterMark || state.length === 0);

// Bytes or text as the stream has them; undefined: it takes no such thing.
function toChunk(state, chunk, encoding, inFront) {
  if (typeof chunk === 'string') {
    encoding ||= state.defaultEncoding;
    if (state.encoding === null || state.encoding === encoding)
      return state.encoding === null ? Buffer.from(chunk, encoding) : chunk;
    const bytes = Buffer.from(chunk, encoding);
    return inFront ? bytes.toString(state.encoding) : bytes;
  }
  if (chunk instanceof Buffer)
    return chunk;
  return ArrayBufferIsView(chunk) ? bufferOf(chunk) : undefined;
}

function add(stream, chunk, encoding, inFront) {
  const state = stream._readableState;
  if (chunk === null) {
    state.reading = false;
    endOfChunks(stream, state);
    return false;
  }
  let isEmpty = false;
  let wasText = false;
  if (!state.objectMode) {
    wasText = typeof chunk === 'string' && state.encoding !== null &&
      (encoding || state.defaultEncoding) === state.encoding;
    const made = toChunk(state, chunk, encoding, inFront);
    if (made === undefined) {
      state.reading = false;
      fail(stream, new ERR_INVALID_ARG_TYPE(
        'chunk', ['string', 'Buffer', 'TypedArray', 'DataView'], chunk));
      return false;
    }
    chunk = made;
    isEmpty = sizeOf(chunk) === 0;
  }
  if (isEmpty) {
    if (!inFront) {
      state.reading = false;
      fillLater(stream, state);
    }
    return wantsMore(state);
  }
  if (inFront ? state.endEmitted : state.ended) {
    fail(stream, inFront ? new ERR_STREAM_UNSHIFT_AFTER_END_EVENT() :
      new ERR_STREAM_PUSH_AFTER_EOF());
    return false;
  }
  if (state.destroyed || state.errored !== null)
    return false;
  if (!inFront) {
    state.reading = false;
    if (state.decoder !== null && !wasText && !encoding) {
      chunk = state.decoder.write(chunk);
      if (!state.objectMode && chunk.length === 0) {
        fillLater(stream, state);
        return wantsMore(state);
      }
    }
  }
  give(stream, state, chunk, inFront);
  return wantsMore(state);
}

function give(stream, state, chunk, inFront) {
  if (state.flowing === true && state.length === 0 && !state.sync &&
      stream.listenerCount('data') > 0) {
    state.awaited = [];
    state.didRead = true;
    stream.emit('data', chunk);
  } else {
    keep(state, chunk, inFront);
    if (state.wanted)
      announce(stream, state);
  }
  fillLater(stream, state);
}

function keep(state, chunk, inFront) {
  state.length += state.objectMode ? 1 : sizeOf(chunk);
  if (inFront)
    state.chunks.unshift(chunk);
  else
    state.chunks.push(chunk);
}

function endOfChunks(stream, state) {
  if (state.ended)
    return;
  if (state.decoder !== null) {
    const rest = state.decoder.end();
    if (rest.length > 0)
      keep(state, rest, false);
  }
  state.ended = true;
  if (state.sync) {
    announce(stream, state);
  } else {
    state.wanted = false;
    state.announced = true;
    tellReadable(stream, state);
  }
}

// Fills up to the mark, in a tick of its own.
function fillLater(stream, state) {
  if (state.filling || !state.constructed)
    return;
  state.filling = true;
  nextTick(() => {
    while (!state.reading && !state.ended &&
           (state.length < state.highWaterMark || (state.flowing && state.length === 0))) {
      const { length } = state;
      stream.read(0);
      if (length === state.length)
        break; // nothing came at once
    }
    state.filling = false;
  });
}

function callRead(stream, state) {
  state.reading = true;
  state.sync = true;
  if (state.length === 0)
    state.wanted = true;
  try {
    stream._read(state.highWaterMark);
  } catch (error) {
    fail(stream, error);
  }
  state.sync = false;
}

// -- reading ----------------------------------------------------------------------------

// How much a call of `read(n)` gives now.
function amountOf(state, n) {
  if (n <= 0 || (state.length === 0 && state.ended))
    return 0;
  if (state.objectMode)
    return 1;
  if (NumberIsNaN(n))
    return state.flowing && state.length > 0 ? sizeOf(state.chunks.first()) : state.length;
  if (n <= state.length)
    return n;
  return state.ended ? state.length : 0;
}

// The mark grows to the next power of two, for who asks for more at once.
function raiseMark(state, n) {
  if (n > highWaterMarkMax)
    throw new ERR_OUT_OF_RANGE('size', '<= 1GiB', n);
  state.highWaterMark = MathPow(2, MathCeil(MathLog2(n)));
}

Readable.prototype.read = function read(n) {
  const state = this._readableState;
  if (n === undefined)
    n = NaN;
  else if (!NumberIsInteger(n))
    n = NumberParseInt(n, 10);
  if (n > state.highWaterMark)
    raiseMark(state, n);
  if (n !== 0)
    state.announced = false;
  const isFull = state.highWaterMark !== 0 ? state.length >= state.highWaterMark :
    state.length > 0;
  if (n === 0 && state.wanted && (isFull || state.ended)) {
    if (state.length === 0 && state.ended)
      endLater(this, state);
    else
      announce(this, state);
    return null;
  }
  let amount = amountOf(state, n);
  if (amount === 0 && state.ended) {
    if (state.length === 0)
      endLater(this, state);
    return null;
  }
  const wants = state.wanted || state.length === 0 || state.length - amount < state.highWaterMark;
  if (wants && !state.ended && !state.reading && !state.destroyed && state.errored === null &&
      state.constructed) {
    callRead(this, state);
    if (!state.reading) // it has pushed already
      amount = amountOf(state, n);
  }
  let chunk = null;
  if (amount > 0 && state.length > 0) {
    chunk = state.objectMode ? state.chunks.shift() : state.chunks.take(amount, state.length);
    state.length -= state.objectMode ? 1 : sizeOf(chunk);
    state.awaited = [];
  } else {
    state.wanted ||= state.length <= state.highWaterMark;
    amount = 0;
  }
  if (state.length === 0) {
    if (!state.ended)
      state.wanted = true;
    else if (n !== amount)
      endLater(this, state);
  }
  if (chunk !== null && state.errored === null && !state.closeEmitted) {
    state.didRead = true;
    this.emit('data', chunk);
  }
  return chunk;
};

Readable.prototype.setEncoding = function setEncoding(encoding) {
  const state = this._readableState;
  const decoder = new StringDecoder(encoding);
  let text = '';
  while (state.chunks.count > 0)
    text += decoder.write(state.chunks.shift());
  if (text !== '')
    state.chunks.push(text);
  state.decoder = decoder;
  state.encoding = decoder.encoding;
  state.length = text.length;
  return this;
};

// -- 'readable' -------------------------------------------------------------------------

function announce(stream, state) {
  state.wanted = false;
  if (state.announced)
    return;
  state.announced = true;
  nextTick(tellReadable, stream, state);
}

function tellReadable(stream, state) {
  if (!state.destroyed && state.errored === null && (state.length > 0 || state.ended)) {
    stream.emit('readable');
    state.announced = false;
  }
  state.wanted = state.flowing !== true && !state.ended && state.length <= state.highWaterMark;
  flow(stream, state);
}

Readable.prototype.on = function on(event, listener) {
  const result = FunctionPrototypeCall(Stream.prototype.on, this, event, listener);
  const state = this._readableState;
  if (event === 'data') {
    state.dataListening = true;
    state.listening = this.listenerCount('readable') > 0;
    if (state.flowing !== false)
      this.resume();
  } else if (event === 'readable' && !state.endEmitted && !state.listening) {
    state.listening = true;
    state.wanted = true;
    state.flowing = false;
    state.announced = false;
    if (state.length > 0)
      announce(this, state);
    else if (!state.reading)
      nextTick(() => this.read(0));
  }
  return result;
};
Readable.prototype.addListener = Readable.prototype.on;

function listenersChanged(stream) {
  const state = stream._readableState;
  state.listening = stream.listenerCount('readable') > 0;
  if (state.resuming && !state.paused)
    state.flowing = true;
  else if (state.dataListening)
    stream.resume();
  else if (!state.listening)
    state.flowing = null;
}

Readable.prototype.removeListener = function removeListener(event, listener) {
  const result = FunctionPrototypeCall(Stream.prototype.removeListener, this, event, listener);
  if (event === 'readable')
    nextTick(listenersChanged, this);
  else if (event === 'data' && this.listenerCount('data') === 0)
    this._readableState.dataListening = false;
  return result;
};
Readable.prototype.off = Readable.prototype.removeListener;

Readable.prototype.removeAllListeners = function removeAllListeners(event) {
  const result = arguments.length === 0 ?
    FunctionPrototypeCall(Stream.prototype.removeAllListeners, this) :
    FunctionPrototypeCall(Stream.prototype.removeAllListeners, this, event);
  if (event === 'readable' || event === undefined)
    nextTick(listenersChanged, this);
  return result;
};

// -- flowing ----------------------------------------------------------------------------

function flow(stream, state) {
  while (state.flowing && stream.read() !== null);
}

Readable.prototype.resume = function resume() {
  const state = this._readableState;
  if (!state.flowing) {
    state.flowing = !state.listening;
    if (!state.resuming) {
      state.resuming = true;
      nextTick(resumeNow, this, state);
    }
  }
  state.paused = false;
  return this;
};

function resumeNow(stream, state) {
  if (!state.reading)
    stream.read(0);
  state.resuming = false;
  stream.emit('resume');
  flow(stream, state);
  if (state.flowing && !state.reading)
    stream.read(0);
}

Readable.prototype.pause = function pause() {
  const state = this._readableState;
  if (state.flowing !== false) {
    state.flowing = false;
    this.emit('pause');
  }
  state.paused = true;
  return this;
};

Readable.prototype.isPaused = function isPaused() {
  return this._readableState.paused || this._readableState.flowing === false;
};

// -- pipes ------------------------------------------------------------------------------

function endsWithSource(to, options) {
  if (options?.end === false)
    return false;
  const { process } = require('internal/process');
  return to !== process.stdout && to !== process.stderr;
}

Readable.prototype.pipe = function pipe(to, options) {
  const state = this._readableState;
  const wait = () => {
    if (ArrayPrototypeIndexOf(state.awaited, to) === -1)
      ArrayPrototypePush(state.awaited, to);
    this.pause();
    if (!drains)
      to.on('drain', onDrain);
    drains = true;
  };
  let drains = false;
  const onDrain = () => {
    const at = ArrayPrototypeIndexOf(state.awaited, to);
    if (at !== -1)
      ArrayPrototypeSplice(state.awaited, at, 1);
    if (state.awaited.length === 0 && state.dataListening)
      this.resume();
  };
  const onData = (chunk) => {
    if (to.write(chunk) === false && !pipe.stopped)
      wait();
  };
  const onEnd = () => to.end();
  const unpipe = () => this.unpipe(to);
  const onError = (error) => {
    unpipe();
    to.removeListener('error', onError);
    if (to.listenerCount('error') === 0) {
      if (to._writableState && !to._writableState.errorEmitted)
        fail(to, error);
      else
        to.emit('error', error);
    }
  };
  const onClose = () => {
    to.removeListener('finish', onFinish);
    unpipe();
  };
  const onFinish = () => {
    to.removeListener('close', onClose);
    unpipe();
  };
  const atEnd = endsWithSource(to, options) ? onEnd : unpipe;
  const pipe = {
    to,
    stopped: false,
    stop: () => {
      pipe.stopped = true;
      to.removeListener('close', onClose);
      to.removeListener('finish', onFinish);
      to.removeListener('drain', onDrain);
      to.removeListener('error', onError);
      this.removeListener('end', atEnd);
      this.removeListener('data', onData);
      if (drains && state.awaited.length > 0 &&
          (!to._writableState || to._writableState.needDrain))
        onDrain();
    },
  };
  ArrayPrototypePush(state.pipes, pipe);
  if (state.endEmitted)
    nextTick(atEnd);
  else
    this.once('end', atEnd);
  this.on('data', onData);
  to.prependListener('error', onError);
  to.once('close', onClose);
  to.once('finish', onFinish);
  to.emit('pipe', this);
  if (to.writableNeedDrain === true)
    wait();
  else if (!state.flowing)
    this.resume();
  return to;
};

Readable.prototype.unpipe = function unpipe(to) {
  const { pipes } = this._readableState;
  if (pipes.length === 0)
    return this;
  if (to === undefined)
    this.pause();
  const all = to === undefined;
  for (let i = 0; i < pipes.length; ++i) {
    const pipe = pipes[i];
    if (!all && pipe.to !== to)
      continue;
    ArrayPrototypeSplice(pipes, i--, 1);
    if (pipes.length === 0 && !all)
      this.pause();
    pipe.stop();
    pipe.to.emit('unpipe', this, { hasUnpiped: false });
    if (!all)
      break;
  }
  return this;
};

// -- the end ----------------------------------------------------------------------------

function endLater(stream, state) {
  if (state.endEmitted || state.ending)
    return;
  state.ending = true;
  nextTick(() => {
    state.ending = false;
    if (state.errored !== null || state.closeEmitted || state.endEmitted || state.length > 0)
      return;
    state.endEmitted = true;
    stream.emit('end');
    const other = stream._writableState;
    if (stream.writable && stream.allowHalfOpen === false) {
      nextTick(() => {
        if (stream.writable && !stream.writableEnded && !stream.destroyed)
          stream.end();
      });
    } else if (state.autoDestroy && (!other || (other.autoDestroy &&
               (other.finished || other.writable === false)))) {
      stream.destroy();
    }
  });
}

Readable.prototype.destroy = destroy;
Readable.prototype._destroy = function _destroy(error, callback) {
  callback(error);
};
Readable.prototype[EventEmitter.captureRejectionSymbol] = function(error) {
  this.destroy(error);
};

// -- iteration --------------------------------------------------------------------------

Readable.prototype[SymbolAsyncIterator] = function() {
  return iterate(this, true);
};

Readable.prototype.iterator = function iterator(options) {
  if (options !== undefined)
    validateObject(options, 'options');
  return iterate(this, options?.destroyOnReturn !== false);
};

async function* iterate(stream, destroyOnReturn) {
  const { finished } = require('internal/streams/finished');
  let wake = null;
  let outcome; // null: it has ended
  const look = () => {
    if (wake !== null)
      wake();
    wake = null;
  };
  stream.on('readable', look);
  const forget = finished(stream, { __proto__: null, writable: false }, (error) => {
    outcome = error ?? null;
    look();
  });
  let completed = false;
  try {
    for (;;) {
      const chunk = stream.destroyed ? null : stream.read();
      if (chunk !== null) {
        yield chunk;
      } else if (outcome) {
        throw outcome;
      } else if (outcome === null) {
        completed = true;
        return;
      } else {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    }
  } catch (error) {
    outcome ||= error;
    throw error;
  } finally {
    if (outcome === undefined ? destroyOnReturn :
      outcome !== null || (destroyOnReturn && stream._readableState?.autoDestroy)) {
      // What listens to its 'error' stays.
      if (!stream.destroyed)
        stream.destroy(completed ? undefined : new AbortError());
    } else {
      stream.removeListener('readable', look);
      forget();
    }
  }
}

// -- facts ------------------------------------------------------------------------------

const property = (get, set = undefined) =>
  ({ __proto__: null, configurable: true, enumerable: false, get, set });

ObjectDefineProperties(Readable.prototype, {
  __proto__: null,
  readable: property(function() {
    const state = this._readableState;
    return !!state && state.readable && !state.destroyed && !state.errorEmitted &&
      !state.endEmitted;
  }, function(value) {
    if (this._readableState)
      this._readableState.readable = !!value;
  }),
  readableAborted: property(function() {
    const state = this._readableState;
    return state.readable && (state.destroyed || state.errored !== null) && !state.endEmitted;
  }),
  readableDidRead: property(function() {
    return this._readableState.didRead;
  }),
  readableHighWaterMark: property(function() {
    return this._readableState.highWaterMark;
  }),
  readableBuffer: property(function() {
    return this._readableState?.chunks.all();
  }),
  readableFlowing: property(function() {
    return this._readableState.flowing;
  }, function(value) {
    if (this._readableState)
      this._readableState.flowing = value;
  }),
  readableLength: property(function() {
    return this._readableState.length;
  }),
  readableObjectMode: property(function() {
    return this._readableState ? this._readableState.objectMode : false;
  }),
  readableEncoding: property(function() {
    return this._readableState ? this._readableState.encoding : null;
  }),
  readableEnded: property(function() {
    return this._readableState ? this._readableState.endEmitted : false;
  }),
  errored: property(function() {
    return this._readableState ? this._readableState.errored : null;
  }),
  closed: property(function() {
    return this._readableState ? this._readableState.closed : false;
  }),
  destroyed: property(function() {
    return this._readableState ? this._readableState.destroyed : false;
  }, function(value) {
    if (this._readableState)
      this._readableState.destroyed = value;
  }),
});

// An emitter of 'data' and 'end' from before there were streams.
Readable.prototype.wrap = function wrap(old) {
  let paused = false;
  old.on('data', (chunk) => {
    if (!this.push(chunk) && old.pause) {
      paused = true;
      old.pause();
    }
  });
  old.on('end', () => this.push(null));
  old.on('error', (error) => fail(this, error));
  old.on('close', () => this.destroy());
  old.on('destroy', () => this.destroy());
  this._read = () => {
    if (paused && old.resume) {
      paused = false;
      old.resume();
    }
  };
  return this;
};

module.exports = { Readable, addSignal, initReadable, readyToRead };

'use strict';

// What `stream.Readable` does, for messages and sockets
// (https://nodejs.org/api/stream.html#readable-streams).

const {
  ArrayPrototypePush,
  ArrayPrototypeShift,
  ArrayPrototypeSplice,
  ArrayPrototypeUnshift,
  NumberIsNaN,
  Promise,
  StringPrototypeSlice,
  SymbolAsyncIterator,
} = primordials;

const { Buffer } = require('internal/buffer');
const EventEmitter = require('internal/events');
const { codes } = require('internal/http/errors');
const { part } = require('internal/streams/chunks');
const { StringDecoder } = require('internal/string_decoder');
const { nextTick } = require('internal/process');

const { ERR_STREAM_PREMATURE_CLOSE, ERR_STREAM_PUSH_AFTER_EOF } = codes;

class Readable extends EventEmitter {
  constructor(options = undefined) {
    super(options);
    this._readableState = {
      __proto__: null,
      buffer: [],
      length: 0,
      highWaterMark: options?.highWaterMark ?? 65536,
      flowing: null,
      ended: false, // nothing more will be pushed
      endEmitted: false,
      destroyed: false,
      closed: false,
      errored: null,
      encoding: null,
      decoder: null,
      didRead: false,
      listening: false, // to 'readable'
      resuming: false,
      telling: false, // 'readable' is on its way
      pipes: [],
    };
  }

  // -- for those who fill it --------------------------------------------------------------

  // More is wanted.
  _read() {}

  // Lets go of what is behind it; `done(error)` once.
  _destroy(error, done) {
    done(error);
  }

  // null: the end. Gives back whether more is wanted.
  push(chunk) {
    const state = this._readableState;
    if (state.ended) {
      if (chunk !== null && !state.destroyed)
        this.destroy(new ERR_STREAM_PUSH_AFTER_EOF());
      return false;
    }
    if (state.destroyed)
      return false;
    if (chunk === null) {
      state.ended = true;
      if (state.decoder !== null) {
        const rest = state.decoder.end();
        if (rest.length > 0)
          keep(state, rest);
      }
    } else {
      if (state.decoder !== null)
        chunk = state.decoder.write(chunk);
      if (chunk.length === 0)
        return state.length < state.highWaterMark;
      if (state.flowing === true && state.length === 0 && !state.resuming &&
          this.listenerCount('data') > 0) {
        state.didRead = true;
        this.emit('data', chunk);
        return state.length < state.highWaterMark && !state.destroyed && state.flowing;
      }
      keep(state, chunk);
    }
    if (state.listening)
      tellReadable(this, state);
    else if (state.flowing === true)
      scheduleFlow(this, state);
    return state.length < state.highWaterMark;
  }

  unshift(chunk) {
    const state = this._readableState;
    ArrayPrototypeUnshift(state.buffer, chunk);
    state.length += chunk.length;
    return state.length < state.highWaterMark;
  }

  // -- reading ----------------------------------------------------------------------------

  read(n = undefined) {
    const state = this._readableState;
    if (state.destroyed && state.errored !== null)
      return null;
    if (n === 0) {
      if (state.length === 0 && state.ended)
        endOf(this, state);
      return null;
    }
    state.didRead = true;
    let chunk = null;
    if (state.length > 0)
      chunk = take(state, n);
    if (state.length < state.highWaterMark && !state.ended && !state.destroyed)
      this._read(state.highWaterMark);
    if (state.length === 0 && state.ended)
      endOf(this, state);
    if (chunk !== null)
      this.emit('data', chunk);
    return chunk;
  }

  setEncoding(encoding) {
    const state = this._readableState;
    const decoder = new StringDecoder(encoding);
    let text = '';
    for (let i = 0; i < state.buffer.length; ++i)
      text += decoder.write(state.buffer[i]);
    state.decoder = decoder;
    state.encoding = encoding ?? 'utf8';
    state.buffer = text === '' ? [] : [text];
    state.length = text.length;
    return this;
  }

  on(event, listener) {
    super.on(event, listener);
    const state = this._readableState;
    if (event === 'data') {
      state.listening = this.listenerCount('readable') > 0;
      if (state.flowing !== false)
        this.resume();
    } else if (event === 'readable' && !state.listening && !state.endEmitted) {
      state.listening = true;
      state.flowing = false;
      if (state.length > 0 || state.ended)
        tellReadable(this, state);
      else
        nextTick(() => this.read(0) === null && !state.ended && this._read());
    }
    return this;
  }

  addListener(event, listener) {
    return this.on(event, listener);
  }

  removeListener(event, listener) {
    super.removeListener(event, listener);
    if (event === 'readable')
      nextTick(noLongerListening, this);
    return this;
  }

  off(event, listener) {
    return this.removeListener(event, listener);
  }

  pause() {
    const state = this._readableState;
    if (state.flowing !== false) {
      state.flowing = false;
      this.emit('pause');
    }
    return this;
  }

  resume() {
    const state = this._readableState;
    if (state.flowing !== true) {
      state.flowing = !state.listening;
      scheduleFlow(this, state);
    }
    return this;
  }

  isPaused() {
    return this._readableState.flowing === false;
  }

  pipe(to, options = undefined) {
    const state = this._readableState;
    const ends = options?.end !== false &&
      to !== require('internal/process').process.stdout &&
      to !== require('internal/process').process.stderr;
    const onData = (chunk) => {
      if (to.write(chunk) === false) {
        pipe.waits = true;
        this.pause();
      }
    };
    const onDrain = () => {
      if (pipe.waits) {
        pipe.waits = false;
        this.resume();
      }
    };
    const onEnd = () => to.end();
    const onUnpipe = () => this.unpipe(to);
    const onError = (error) => {
      this.unpipe(to);
      if (to.listenerCount?.('error') === 0)
        to.emit('error', error);
    };
    const pipe = {
      to,
      waits: false,
      stop: () => {
        this.removeListener('data', onData);
        this.removeListener('end', onEnd);
        to.removeListener('drain', onDrain);
        to.removeListener('close', onUnpipe);
        to.removeListener('finish', onUnpipe);
        to.removeListener('error', onError);
      },
    };
    ArrayPrototypePush(state.pipes, pipe);
    if (ends) {
      if (state.endEmitted)
        nextTick(onEnd);
      else
        this.once('end', onEnd);
    }
    to.on('drain', onDrain);
    to.once('close', onUnpipe);
    to.once('finish', onUnpipe);
    to.on('error', onError);
    this.on('data', onData);
    to.emit('pipe', this);
    if (state.flowing !== true)
      this.resume();
    return to;
  }

  unpipe(to = undefined) {
    const { pipes } = this._readableState;
    for (let i = pipes.length - 1; i >= 0; --i) {
      const pipe = pipes[i];
      if (to !== undefined && pipe.to !== to)
        continue;
      ArrayPrototypeSplice(pipes, i, 1);
      pipe.stop();
      pipe.to.emit('unpipe', this, { hasUnpiped: false });
    }
    if (pipes.length === 0 && this.listenerCount('data') === 0)
      this.pause();
    return this;
  }

  [SymbolAsyncIterator]() {
    return iterate(this);
  }

  iterator() {
    return iterate(this);
  }

  // -- its end ----------------------------------------------------------------------------

  destroy(error = undefined) {
    const state = this._readableState;
    if (state.destroyed)
      return this;
    state.destroyed = true;
    state.errored = error ?? null;
    this._destroy(error ?? null, (failed) => {
      nextTick(() => {
        if (failed)
          this.emit('error', failed);
        state.closed = true;
        this._emitClose(failed);
      });
    });
    return this;
  }

  _emitClose() {
    this.emit('close');
  }

  // -- facts ------------------------------------------------------------------------------

  get readable() {
    const state = this._readableState;
    return !state.destroyed && !state.endEmitted && state.errored === null;
  }

  get readableAborted() {
    const state = this._readableState;
    return (state.destroyed || state.errored !== null) && !state.endEmitted;
  }

  get readableDidRead() {
    return this._readableState.didRead;
  }

  get readableEncoding() {
    return this._readableState.encoding;
  }

  get readableEnded() {
    return this._readableState.endEmitted;
  }

  get readableFlowing() {
    return this._readableState.flowing;
  }

  get readableHighWaterMark() {
    return this._readableState.highWaterMark;
  }

  get readableLength() {
    return this._readableState.length;
  }

  get readableObjectMode() {
    return false;
  }

  get destroyed() {
    return this._readableState.destroyed;
  }

  get closed() {
    return this._readableState.closed;
  }

  get errored() {
    return this._readableState.errored;
  }
}

function keep(state, chunk) {
  ArrayPrototypePush(state.buffer, chunk);
  state.length += chunk.length;
}

// `n` bytes or characters; without it the first chunk while it flows, else all. null: not so
// many yet.
function take(state, n) {
  const { buffer } = state;
  if (n === undefined || NumberIsNaN(n)) {
    if (state.flowing === true || buffer.length === 1) {
      const chunk = ArrayPrototypeShift(buffer);
      state.length -= chunk.length;
      return chunk;
    }
    n = state.length;
  }
  if (n > state.length) {
    if (!state.ended)
      return null;
    n = state.length;
  }
  const parts = [];
  let left = n;
  while (left > 0) {
    const first = buffer[0];
    if (first.length <= left) {
      ArrayPrototypePush(parts, ArrayPrototypeShift(buffer));
      left -= first.length;
    } else {
      const isText = typeof first === 'string';
      ArrayPrototypePush(parts, isText ? StringPrototypeSlice(first, 0, left) :
        part(first, 0, left));
      buffer[0] = isText ? StringPrototypeSlice(first, left) : part(first, left);
      left = 0;
    }
  }
  state.length -= n;
  if (parts.length === 1)
    return parts[0];
  if (typeof parts[0] !== 'string')
    return Buffer.concat(parts);
  let text = '';
  for (let i = 0; i < parts.length; ++i)
    text += parts[i];
  return text;
}

function tellReadable(stream, state) {
  if (state.telling)
    return;
  state.telling = true;
  nextTick(() => {
    state.telling = false;
    if (!state.destroyed && (state.length > 0 || state.ended))
      stream.emit('readable');
    if (state.listening && state.length === 0 && state.ended)
      endOf(stream, state);
  });
}

function noLongerListening(stream) {
  const state = stream._readableState;
  const listening = stream.listenerCount('readable') > 0;
  if (state.listening && !listening && state.flowing === false &&
      stream.listenerCount('data') > 0) {
    state.listening = false;
    stream.resume();
  }
  state.listening = listening;
}

function scheduleFlow(stream, state) {
  if (state.resuming)
    return;
  state.resuming = true;
  nextTick(() => {
    state.resuming = false;
    stream.emit('resume');
    if (state.length === 0 && !state.ended && !state.destroyed && state.flowing)
      stream._read(state.highWaterMark);
    while (state.flowing === true && state.length > 0 && stream.read() !== null);
    if (state.flowing === true && state.length === 0 && state.ended)
      endOf(stream, state);
  });
}

function endOf(stream, state) {
  if (state.endEmitted || state.ending || state.destroyed)
    return;
  state.ending = true;
  nextTick(() => {
    if (state.endEmitted || state.length > 0 || state.errored !== null)
      return;
    state.endEmitted = true;
    stream.emit('end');
    stream._ended();
  });
}

// Whoever is both must not go before it has written what it has.
Readable.prototype._ended = function() {
  this.destroy();
};

async function* iterate(stream) {
  const state = stream._readableState;
  let wake = null;
  let failed = null;
  const look = () => {
    if (wake !== null)
      wake();
    wake = null;
  };
  const fail = (error) => {
    failed = error;
    look();
  };
  stream.on('readable', look);
  stream.on('error', fail);
  stream.on('end', look);
  stream.on('close', look);
  try {
    for (;;) {
      const chunk = state.destroyed ? null : stream.read();
      if (chunk !== null) {
        yield chunk;
      } else if (failed !== null || state.errored !== null) {
        throw failed ?? state.errored;
      } else if (state.endEmitted) {
        return;
      } else if (state.closed) {
        throw new ERR_STREAM_PREMATURE_CLOSE();
      } else {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stream.removeListener('readable', look);
    stream.removeListener('end', look);
    stream.removeListener('close', look);
    if (!state.endEmitted)
      stream.destroy();
    nextTick(() => stream.removeListener('error', fail));
  }
}

module.exports = { Readable, part };

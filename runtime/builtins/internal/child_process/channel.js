'use strict';

// Messages between a program and a child: a line of JSON each, in both directions.

const {
  ArrayPrototypePush,
  JSONParse,
  JSONStringify,
  ObjectPrototypeHasOwnProperty,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
} = primordials;

const { codes } = require('internal/child_process/options');
const { nextTick } = require('internal/process');
const { ERR_INVALID_ARG_TYPE, ERR_IPC_CHANNEL_CLOSED, ERR_IPC_DISCONNECTED } = codes;

// A line that is longer is none.
const lineMax = 256 * 1024 * 1024;

// Gives `target`, a child or `process`, what it needs to send and to disconnect. What comes is
// kept until somebody listens, if it `waits`.
function open(target, pipe, waits) {
  let rest = '';
  let early = waits ? [] : null;
  target.connected = true;

  function closed() {
    if (!target.connected && target.channel === null)
      return;
    target.connected = false;
    target.channel = null;
    nextTick(() => target.emit('disconnect'));
  }

  function take(line) {
    if (line === '')
      return;
    let message;
    try {
      message = JSONParse(line);
    } catch (error) {
      pipe.destroy(error);
      return;
    }
    // What Node's own modules tell each other.
    const isInternal = message !== null && typeof message === 'object' &&
      ObjectPrototypeHasOwnProperty(message, 'cmd') && typeof message.cmd === 'string' &&
      StringPrototypeStartsWith(message.cmd, 'NODE_');
    if (isInternal)
      target.emit('internalMessage', message, undefined);
    else if (early !== null)
      ArrayPrototypePush(early, message);
    else
      target.emit('message', message, undefined);
  }

  const flush = (type) => {
    if (type !== 'message')
      return;
    target.removeListener('newListener', flush);
    nextTick(() => {
      const all = early;
      early = null;
      for (let i = 0; i < all.length; ++i)
        target.emit('message', all[i], undefined);
    });
  };
  if (waits)
    target.on('newListener', flush);

  pipe.setEncoding('utf8');
  pipe.on('data', (text) => {
    let from = 0;
    for (let at; (at = StringPrototypeIndexOf(text, '\n', from)) >= 0 && !pipe.destroyed;) {
      const line = rest + StringPrototypeSlice(text, from, at);
      rest = '';
      from = at + 1;
      take(line);
    }
    rest += StringPrototypeSlice(text, from);
    if (rest.length > lineMax)
      pipe.destroy();
  });
  pipe.on('error', (error) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE')
      target.emit('error', error);
  });
  pipe.on('close', closed);

  target.channel = {
    ref: () => pipe.ref(),
    unref: () => pipe.unref(),
  };
  target.send = function send(message, handle, options, callback) {
    if (typeof handle === 'function')
      callback = handle;
    else if (typeof options === 'function')
      callback = options;
    if (!target.connected) {
      const error = new ERR_IPC_CHANNEL_CLOSED();
      if (typeof callback === 'function')
        nextTick(callback, error);
      else
        nextTick(() => target.emit('error', error));
      return false;
    }
    if (message === undefined)
      throw new codes.ERR_MISSING_ARGS('message');
    if (typeof message !== 'string' && typeof message !== 'object' &&
        typeof message !== 'number' && typeof message !== 'boolean')
      throw new ERR_INVALID_ARG_TYPE('message', ['string', 'object', 'number', 'boolean'],
                                     message);
    return pipe.write(`${JSONStringify(message)}\n`, 'utf8', (error) => {
      if (typeof callback === 'function')
        callback(error ?? null);
    });
  };
  target.disconnect = function disconnect() {
    if (!target.connected) {
      target.emit('error', new ERR_IPC_DISCONNECTED());
      return;
    }
    target.connected = false;
    pipe.end(() => pipe.destroy());
  };
  return pipe;
}

// This program is such a child: its end of the channel.
function openOwn(process, descriptor) {
  const id = internalBinding('child_process').takeChannel?.(descriptor) ?? 0;
  if (id === 0)
    return;
  const pipe = open(process, require('internal/child_process/pipe').makePipe(id, true, true),
                    true);
  // It keeps the program alive while somebody listens.
  const look = () => {
    if (process.listenerCount('message') + process.listenerCount('disconnect') > 0)
      pipe.ref();
    else
      pipe.unref();
  };
  pipe.unref();
  process.on('newListener', (type) => {
    if (type === 'message' || type === 'disconnect')
      pipe.ref();
  });
  process.on('removeListener', (type) => {
    if (type === 'message' || type === 'disconnect')
      look();
  });
}

module.exports = { open, openOwn };

'use strict';

// Sockets and what listens for them: of `node:net`, what HTTP needs
// (https://nodejs.org/api/net.html). The native side does nothing unless the host allows the
// network.

const {
  AggregateError,
  ArrayPrototypePush,
  ArrayPrototypeShift,
  Map,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  Number,
  NumberIsInteger,
  RegExpPrototypeExec,
  Set,
  SetPrototypeAdd,
  SetPrototypeDelete,
  SetPrototypeGetSize,
  StringPrototypeIncludes,
  StringPrototypeTrim,
  TypedArrayPrototypeGetByteLength,
} = primordials;

const binding = internalBinding('net');
const clock = internalBinding('clock');
const timers = internalBinding('timers');
const { Buffer } = require('internal/buffer');
const EventEmitter = require('internal/events');
const { codes, systemError } = require('internal/http/errors');
const { Readable, part } = require('internal/http/readable');
const { nextTick } = require('internal/process');
const { isUint8Array } = require('internal/util/types');
const { validateFunction, validateNumber, validateString } = require('internal/validators');

const {
  ERR_ACCESS_DENIED, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_MISSING_ARGS,
  ERR_SERVER_ALREADY_LISTEN, ERR_SERVER_NOT_RUNNING, ERR_SOCKET_BAD_PORT, ERR_STREAM_DESTROYED,
  ERR_STREAM_NULL_VALUES,
  ERR_STREAM_WRITE_AFTER_END, ERR_UNKNOWN_ENCODING,
} = codes;

const endOfFile = -4095;
const writeMark = 65536;

// By their numbers: all that is open.
const open = new Map();
// By their tokens: who waits for addresses.
const lookups = new Map();
let lastToken = 0;

function check() {
  if (binding.listen === undefined)
    throw new ERR_ACCESS_DENIED('the context was not given the network');
}

if (binding.setHooks !== undefined)
  binding.setHooks([
    function connection(listener, id) {
      const server = MapPrototypeGet(open, listener);
      if (server === undefined)
        binding.close(id);
      else
        server._accept(id);
    },
    function read(id, status, bytes, events, httpEnd, failure) {
      MapPrototypeGet(open, id)?._come(status, bytes, events, httpEnd, failure);
    },
    function written(id, status) {
      MapPrototypeGet(open, id)?._written(status);
    },
    function connected(id, status) {
      MapPrototypeGet(open, id)?._connected(status);
    },
    function shut(id) {
      MapPrototypeGet(open, id)?._shut();
    },
    function found(token, status, addresses) {
      const answer = MapPrototypeGet(lookups, token);
      MapPrototypeDelete(lookups, token);
      answer?.(status, addresses);
    },
  ]);

// -- addresses --------------------------------------------------------------------------

const digits = '(?:[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])';
const ipv4 = new primordials.RegExp(`^(?:${digits}\\.){3}${digits}$`);
const ipv6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*(?:%[0-9a-zA-Z_.-]+)?$/;

// 4, 6, or 0 for a name. What only looks like IPv6 is refused when it is used.
function familyOf(host) {
  if (RegExpPrototypeExec(ipv4, host) !== null)
    return 4;
  return RegExpPrototypeExec(ipv6, host) !== null ? 6 : 0;
}

// answer(error, addresses)
function lookUp(host, family, answer) {
  if (familyOf(host) !== 0) {
    answer(null, [host]);
    return;
  }
  const token = ++lastToken;
  MapPrototypeSet(lookups, token, (status, addresses) => {
    if (status === 0) {
      answer(null, addresses);
      return;
    }
    let { 1: code } = status;
    if (code === 'EAI_NONAME' || code === 'EAI_NODATA')
      code = 'ENOTFOUND';
    const error = systemError([status[0], code, ''], 'getaddrinfo');
    error.message = `getaddrinfo ${code} ${host}`;
    error.hostname = host;
    answer(error);
  });
  const refused = binding.lookup(token, host, family);
  if (refused !== undefined) {
    const tell = MapPrototypeGet(lookups, token);
    MapPrototypeDelete(lookups, token);
    tell(refused);
  }
}

function portOf(port, name = 'Port') {
  if ((typeof port !== 'number' && typeof port !== 'string') ||
      (typeof port === 'string' && StringPrototypeTrim(port) === '') ||
      !NumberIsInteger(+port) || +port < 0 || +port > 65535)
    throw new ERR_SOCKET_BAD_PORT(name, port);
  return +port;
}

// -- timers that keep nothing busy ---------------------------------------------------------

function startTimer(callback, ms, repeats = false) {
  const id = timers.start(callback, ms < 1 ? 1 : ms, repeats);
  timers.setRef(id, false);
  return id;
}

function timeoutOf(ms, callback) {
  validateNumber(ms, 'msecs', 0, Infinity);
  if (callback !== undefined)
    validateFunction(callback, 'callback');
  return ms > 2147483647 ? 2147483647 : ms;
}

// -- sockets ----------------------------------------------------------------------------

function bytesOf(chunk, encoding) {
  if (typeof chunk === 'string') {
    if (encoding !== undefined && encoding !== null && encoding !== 'buffer' &&
        !Buffer.isEncoding(encoding))
      throw new ERR_UNKNOWN_ENCODING(encoding);
    return Buffer.from(chunk, encoding === 'buffer' ? 'utf8' : encoding);
  }
  if (chunk === null)
    throw new ERR_STREAM_NULL_VALUES();
  if (!isUint8Array(chunk))
    throw new ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'Uint8Array'], chunk);
  return chunk;
}

class Socket extends Readable {
  #id = 0; // 0: not open
  #refed = true;
  #halfOpen;
  #consumer = null; // takes what is read, in place of the stream
  #reading = false;
  // Writing: what libuv has not done yet, and what waits for the connection.
  #flying = [];
  #waiting = [];
  #queued = 0;
  #wantsDrain = false;
  #ending = false;
  #finished = false;
  #timeout = 0;
  #timer = 0;
  #lastActive = 0;
  #peer;
  #own;

  constructor(options = undefined) {
    super(options);
    this.#halfOpen = options?.allowHalfOpen === true;
    this.connecting = false;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.server = null;
    this._httpMessage = null;
  }

  // -- its handle -------------------------------------------------------------------------

  _open(id) {
    this.#id = id;
    MapPrototypeSet(open, id, this);
    if (!this.#refed)
      binding.setRef(id, false);
  }

  #drop() {
    if (this.#id === 0)
      return;
    MapPrototypeDelete(open, this.#id);
    binding.close(this.#id);
    this.#id = 0;
  }

  // consumer(status, bytes, events, httpEnd, failure), or null
  _consume(consumer) {
    this.#consumer = consumer;
  }

  // Requests (1), responses (2), or bytes (0): see sockets::parse.
  _parse(kind, headMax, fieldsMax, flags) {
    if (this.#id !== 0)
      binding.parse(this.#id, kind, headMax, fieldsMax, flags);
  }

  _readMore(on) {
    if (this.#reading === on || this.#id === 0)
      return;
    this.#reading = on;
    const failure = binding.read(this.#id, on);
    if (failure !== 0)
      this.destroy(systemError(failure, 'read'));
  }

  _read() {
    if (!this.connecting)
      this._readMore(true);
  }

  _come(status, bytes, events, httpEnd, failure) {
    this._active();
    if (bytes !== undefined) {
      bytes = part(bytes, 0);
      this.bytesRead += bytes.length;
    }
    if (status !== 0 && status[0] !== endOfFile) {
      this.#reading = false;
      this.destroy(systemError(status, 'read'));
      return;
    }
    if (status !== 0)
      this.#reading = false;
    if (this.#consumer !== null) {
      this.#consumer(status !== 0, bytes, events, httpEnd, failure);
      return;
    }
    if (bytes !== undefined && !this.push(bytes) && this.#id !== 0)
      this._readMore(false);
    if (status !== 0) {
      this._inputOver();
      if (!this.#halfOpen)
        this.end();
    }
  }

  _inputOver() {
    this.push(null);
    // Somebody has to find out that it is over.
    if (this.readableLength === 0)
      this.read(0);
  }

  _ended() {
    if (this.#finished)
      this.destroy();
  }

  // -- connecting -------------------------------------------------------------------------

  // ({ port, host, path }[, callback]), (port[, host][, callback]), (path[, callback])
  connect(...args) {
    check();
    const callback = typeof args[args.length - 1] === 'function' ? args[args.length - 1] :
      undefined;
    let options = args[0];
    if (typeof options === 'string' && !NumberIsInteger(+options))
      options = { path: options };
    else if (options === null || typeof options !== 'object')
      options = { port: options, host: typeof args[1] === 'string' ? args[1] : undefined };
    if (options.path === undefined && options.port === undefined)
      throw new ERR_MISSING_ARGS(['options', 'port', 'path']);
    if (callback !== undefined)
      this.once('connect', callback);
    this.connecting = true;
    const { path } = options;
    if (path !== undefined && path !== null) {
      validateString(path, 'options.path');
      nextTick(() => this.#try([path], 0, -1, []));
      return this;
    }
    const port = portOf(options.port, 'Port');
    const host = options.host || 'localhost';
    const { lookup } = options;
    const found = (error, addresses) => {
      if (this.destroyed)
        return;
      if (error) {
        this.destroy(error);
        return;
      }
      if (familyOf(host) === 0)
        this.emit('lookup', null, addresses[0], familyOf(addresses[0]), host);
      this.#try(addresses, 0, port, [], options.localAddress);
    };
    const family = options.family === 4 || options.family === 6 ? options.family : 0;
    nextTick(() => {
      if (this.destroyed)
        return;
      if (typeof lookup !== 'function' || familyOf(host) !== 0) {
        lookUp(host, family, found);
        return;
      }
      let answered = false;
      lookup(host, { family, hints: 0, all: true }, (error, addresses) => {
        if (answered)
          return;
        answered = true;
        if (error) {
          found(error);
          return;
        }
        const list = [];
        if (typeof addresses === 'string')
          ArrayPrototypePush(list, addresses);
        else
          for (let i = 0; i < addresses.length; ++i)
            ArrayPrototypePush(list, `${addresses[i].address}`);
        found(null, list);
      });
    });
    return this;
  }

  // One address after the other.
  #try(addresses, at, port, failures) {
    if (this.destroyed)
      return;
    this.#drop();
    const address = addresses[at];
    const fail = (status) => {
      ArrayPrototypePush(failures, systemError(status, 'connect', address, port));
      this.#drop();
      if (at + 1 < addresses.length) {
        this.#try(addresses, at + 1, port, failures);
        return;
      }
      if (failures.length === 1) {
        this.destroy(failures[0]);
        return;
      }
      const all = new AggregateError(failures);
      all.code = failures[0].code;
      this.destroy(all);
    };
    const id = binding.connect(address, port);
    if (typeof id !== 'number') {
      fail(id);
      return;
    }
    this._open(id);
    this._connected = (status) => {
      if (status !== 0) {
        fail(status);
        return;
      }
      this.connecting = false;
      this._active();
      const waiting = this.#waiting;
      this.#waiting = [];
      for (let i = 0; i < waiting.length && !this.destroyed; ++i) {
        this.#queued -= waiting[i].length;
        this.#send(waiting[i]);
      }
      if (this.destroyed)
        return;
      if (this.#ending)
        this.#finishWhenDone();
      this.emit('connect');
      this.emit('ready');
      this.#drained();
      if (!this.destroyed && this.readableFlowing !== false)
        this._readMore(true);
    };
  }

  // -- writing ----------------------------------------------------------------------------

  write(chunk, encoding = undefined, callback = undefined) {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = undefined;
    }
    return this._writeAll([bytesOf(chunk, encoding)], callback);
  }

  // Gives back whether more may be written at once.
  _writeAll(list, callback = undefined) {
    let error;
    if (this.#ending)
      error = new ERR_STREAM_WRITE_AFTER_END();
    else if (this.destroyed)
      error = new ERR_STREAM_DESTROYED('write');
    if (error !== undefined) {
      if (callback !== undefined)
        nextTick(callback, error);
      if (!this.destroyed)
        this.destroy(error);
      return false;
    }
    let length = 0;
    for (let i = 0; i < list.length; ++i)
      length += TypedArrayPrototypeGetByteLength(list[i]);
    const piece = { list, length, callback };
    if (this.connecting || this.#id === 0) {
      ArrayPrototypePush(this.#waiting, piece);
      this.#queued += length;
    } else {
      this.#send(piece);
    }
    const room = this.#queued < writeMark;
    if (!room)
      this.#wantsDrain = true;
    return room;
  }

  #send(piece) {
    const { list, length, callback } = piece;
    const { length: flying } = this.#flying;
    if (length === 0 && flying > 0) {
      // It is done when what is before it is.
      const last = this.#flying[flying - 1];
      const { callback: before } = last;
      last.callback = (error) => {
        before?.(error);
        callback?.(error);
      };
      return;
    }
    this._active();
    const status = binding.write(this.#id, list);
    if (status === 0) {
      this.bytesWritten += length;
      if (callback !== undefined)
        nextTick(callback);
    } else if (status === 1) {
      this.#queued += length;
      piece.list = null;
      ArrayPrototypePush(this.#flying, piece);
    } else {
      const error = systemError(status, 'write');
      if (callback !== undefined)
        nextTick(callback, error);
      this.destroy(error);
    }
  }

  _written(status) {
    const piece = ArrayPrototypeShift(this.#flying);
    if (piece === undefined)
      return;
    this.#queued -= piece.length;
    this._active();
    if (status !== 0) {
      const error = systemError(status, 'write');
      piece.callback?.(error);
      this.destroy(error);
      return;
    }
    this.bytesWritten += piece.length;
    piece.callback?.();
    this.#drained();
    if (this.#ending)
      this.#finishWhenDone();
  }

  #drained() {
    if (!this.#wantsDrain || this.#queued > 0)
      return;
    this.#wantsDrain = false;
    if (!this.destroyed && !this.#ending)
      this.emit('drain');
  }

  end(chunk = undefined, encoding = undefined, callback = undefined) {
    if (typeof chunk === 'function') {
      callback = chunk;
      chunk = undefined;
    } else if (typeof encoding === 'function') {
      callback = encoding;
      encoding = undefined;
    }
    if (chunk !== undefined && chunk !== null)
      this.write(chunk, encoding);
    if (callback !== undefined) {
      if (this.#finished || this.destroyed)
        nextTick(callback);
      else
        this.once('finish', callback);
    }
    if (this.#ending || this.destroyed)
      return this;
    this.#ending = true;
    this.#finishWhenDone();
    return this;
  }

  #shutting = false;
  #finishWhenDone() {
    if (this.#flying.length > 0 || this.connecting || this.#shutting || this.destroyed ||
        this.#id === 0)
      return;
    this.#shutting = true;
    if (binding.shut(this.#id) !== 0)
      nextTick(() => this._shut());
  }

  _shut() {
    if (this.#finished || this.destroyed)
      return;
    this.#finished = true;
    this.emit('finish');
    if (this.readableEnded || this._readableState.ended && this.readableLength === 0)
      this.destroy();
  }

  destroySoon() {
    if (!this.#ending)
      this.end();
    if (this.#finished)
      this.destroy();
    else
      this.once('finish', this.destroy);
  }

  cork() {}

  uncork() {}

  get writable() {
    return !this.#ending && !this.destroyed;
  }

  get writableEnded() {
    return this.#ending;
  }

  get writableFinished() {
    return this.#finished;
  }

  get writableHighWaterMark() {
    return writeMark;
  }

  get writableLength() {
    return this.#queued;
  }

  get writableNeedDrain() {
    return this.#wantsDrain;
  }

  get bufferSize() {
    return this.#queued;
  }

  // -- its end ----------------------------------------------------------------------------

  _destroy(error, done) {
    this.connecting = false;
    if (this.#timer !== 0)
      timers.cancel(this.#timer);
    this.#timer = 0;
    this.#timeout = 0;
    if (this.#id !== 0) {
      this.#facts();
      MapPrototypeDelete(open, this.#id);
      binding.close(this.#id);
      this.#id = 0;
    }
    const lost = this.#flying;
    const waiting = this.#waiting;
    this.#flying = [];
    this.#waiting = [];
    this.#queued = 0;
    for (let i = 0; i < lost.length + waiting.length; ++i) {
      const { callback } = i < lost.length ? lost[i] : waiting[i - lost.length];
      if (callback !== undefined)
        nextTick(callback, error ?? new ERR_STREAM_DESTROYED('write'));
    }
    done(error);
  }

  _emitClose(error) {
    this.emit('close', error !== null && error !== undefined);
  }

  resetAndDestroy() {
    return this.destroy();
  }

  // -- time -------------------------------------------------------------------------------

  setTimeout(ms, callback = undefined) {
    ms = timeoutOf(ms, callback);
    this.timeout = ms;
    if (callback !== undefined) {
      if (ms === 0)
        this.removeListener('timeout', callback);
      else
        this.once('timeout', callback);
    }
    if (this.#timer !== 0)
      timers.cancel(this.#timer);
    this.#timer = 0;
    this.#timeout = this.destroyed ? 0 : ms;
    this._active();
    if (this.#timeout !== 0)
      this.#wait(this.#timeout);
    return this;
  }

  _active() {
    if (this.#timeout !== 0)
      this.#lastActive = clock.now();
  }

  #wait(ms) {
    this.#timer = startTimer(() => {
      this.#timer = 0;
      const left = this.#timeout - (clock.now() - this.#lastActive);
      if (this.#timeout === 0)
        return;
      if (left >= 1) {
        this.#wait(left);
        return;
      }
      this.emit('timeout');
      this._active();
      if (this.#timeout !== 0 && this.#timer === 0)
        this.#wait(this.#timeout);
    }, ms);
  }

  // -- options and facts ------------------------------------------------------------------

  setNoDelay(on = true) {
    if (this.#id !== 0)
      binding.setOption(this.#id, 0, on !== false);
    return this;
  }

  setKeepAlive(on = false, delay = 0) {
    if (this.#id !== 0)
      binding.setOption(this.#id, 1, on === true, Number(delay) / 1000 || 0);
    return this;
  }

  ref() {
    this.#refed = true;
    if (this.#id !== 0)
      binding.setRef(this.#id, true);
    return this;
  }

  unref() {
    this.#refed = false;
    if (this.#id !== 0)
      binding.setRef(this.#id, false);
    return this;
  }

  #facts() {
    if (this.#id === 0 || this.connecting)
      return;
    this.#peer ??= addressOf(this.#id, true);
    this.#own ??= addressOf(this.#id, false);
  }

  address() {
    this.#facts();
    return this.#own === undefined ? {} :
      { address: this.#own[0], family: this.#own[2], port: this.#own[1] };
  }

  get remoteAddress() {
    this.#facts();
    return this.#peer?.[0];
  }

  get remotePort() {
    this.#facts();
    return this.#peer?.[1];
  }

  get remoteFamily() {
    this.#facts();
    return this.#peer?.[2];
  }

  get localAddress() {
    this.#facts();
    return this.#own?.[0];
  }

  get localPort() {
    this.#facts();
    return this.#own?.[1];
  }

  get localFamily() {
    this.#facts();
    return this.#own?.[2];
  }

  get pending() {
    return this.#id === 0 || this.connecting;
  }

  get readyState() {
    if (this.connecting)
      return 'opening';
    if (this.readable)
      return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }
}

function addressOf(id, ofPeer) {
  const found = binding.address(id, ofPeer);
  return typeof found[0] === 'string' ? found : undefined;
}

// -- servers ----------------------------------------------------------------------------

// listen(), with all the ways to say where: { port, host, path, backlog }, and a callback.
function placeOf(args) {
  const first = args[0];
  const last = args[args.length - 1];
  const callback = typeof last === 'function' ? last : undefined;
  let options;
  if (first === undefined || first === null || typeof first === 'function') {
    options = { port: 0 };
  } else if (typeof first === 'object') {
    options = first;
  } else if (typeof first === 'string' && !NumberIsInteger(+first)) {
    options = { path: first, backlog: args[1] };
  } else {
    options = { port: first };
    if (typeof args[1] === 'string') {
      options.host = args[1];
      options.backlog = args[2];
    } else {
      options.backlog = args[1];
    }
  }
  const place = { host: undefined, path: undefined, port: 0, callback, backlog: 511,
                  only6: options.ipv6Only === true };
  if (typeof options.backlog === 'number' && options.backlog > 0)
    place.backlog = options.backlog;
  if (options.port !== undefined && options.port !== null) {
    place.port = portOf(options.port, 'options.port');
    if (options.host !== undefined && options.host !== null) {
      validateString(options.host, 'options.host');
      place.host = options.host;
    }
  } else if (typeof options.path === 'string') {
    if (options.path === '' || StringPrototypeIncludes(options.path, '\0'))
      throw new ERR_INVALID_ARG_VALUE('options.path', options.path);
    place.path = options.path;
    place.port = -1;
  } else if (!('port' in options)) {
    throw new ERR_INVALID_ARG_VALUE('options', options,
                                    'must have the property "port" or "path"');
  }
  return place;
}

class Server extends EventEmitter {
  #id = 0;
  #refed = true;
  #path;
  #starting = false;
  #sockets = new Set();

  listen(...args) {
    check();
    if (this.#id !== 0 || this.#starting)
      throw new ERR_SERVER_ALREADY_LISTEN();
    const place = placeOf(args);
    if (place.callback !== undefined)
      this.once('listening', place.callback);
    this.#starting = true;
    if (place.path !== undefined) {
      this.#begin(place, [place.path]);
    } else if (place.host === undefined || place.host === '') {
      this.#begin(place, ['::', '0.0.0.0']);
    } else {
      lookUp(place.host, 0, (error, addresses) => {
        if (!this.#starting)
          return;
        if (error) {
          this.#starting = false;
          nextTick(() => this.emit('error', error));
        } else {
          this.#begin(place, [addresses[0]]);
        }
      });
    }
    return this;
  }

  #begin(place, addresses) {
    let id;
    let at = 0;
    for (; at < addresses.length; ++at) {
      id = binding.listen(addresses[at], place.port, place.backlog, place.only6);
      // Without IPv6 in the system, the other one will do.
      if (typeof id === 'number' || (id[1] !== 'EAFNOSUPPORT' && id[1] !== 'EINVAL' &&
                                     id[1] !== 'EADDRNOTAVAIL'))
        break;
    }
    this.#starting = false;
    if (typeof id !== 'number') {
      const error = systemError(id, 'listen', addresses[at < addresses.length ? at : 0],
                                place.port);
      nextTick(() => this.emit('error', error));
      return;
    }
    this.#id = id;
    this.#path = place.path;
    MapPrototypeSet(open, id, this);
    if (!this.#refed)
      binding.setRef(id, false);
    this._listens();
    nextTick(() => {
      if (this.#id === id)
        this.emit('listening');
    });
  }

  _listens() {}

  _accept(id) {
    const socket = new Socket(this._optionsOfSockets());
    socket._open(id);
    const { maxConnections } = this;
    if (maxConnections !== undefined && maxConnections !== null &&
        SetPrototypeGetSize(this.#sockets) >= maxConnections) {
      const data = {
        localAddress: socket.localAddress, localPort: socket.localPort,
        localFamily: socket.localFamily, remoteAddress: socket.remoteAddress,
        remotePort: socket.remotePort, remoteFamily: socket.remoteFamily,
      };
      socket.destroy();
      this.emit('drop', data);
      return;
    }
    SetPrototypeAdd(this.#sockets, socket);
    socket.server = this;
    socket.once('close', () => {
      SetPrototypeDelete(this.#sockets, socket);
      this.#endIfOver();
    });
    this._began(socket);
    this.emit('connection', socket);
  }

  _began() {}

  _optionsOfSockets() {
    return { allowHalfOpen: true };
  }

  // Of a listener whose request was stopped.
  _come() {
    if (this.#id !== 0)
      MapPrototypeDelete(open, this.#id);
    this.#id = 0;
    this.#endIfOver();
  }

  close(callback = undefined) {
    if (callback !== undefined) {
      if (this.#id !== 0 || this.#starting)
        this.once('close', callback);
      else
        this.once('close', () => callback(new ERR_SERVER_NOT_RUNNING()));
    }
    this.#starting = false;
    if (this.#id !== 0) {
      MapPrototypeDelete(open, this.#id);
      binding.close(this.#id);
      this.#id = 0;
    }
    this.#endIfOver();
    return this;
  }

  #endIfOver() {
    if (this.#id !== 0 || SetPrototypeGetSize(this.#sockets) > 0)
      return;
    nextTick(() => {
      if (this.#id === 0 && SetPrototypeGetSize(this.#sockets) === 0)
        this.emit('close');
    });
  }

  getConnections(callback) {
    nextTick(callback, null, SetPrototypeGetSize(this.#sockets));
    return this;
  }

  address() {
    if (this.#id === 0)
      return null;
    if (this.#path !== undefined)
      return this.#path;
    const found = addressOf(this.#id, false);
    return { address: found[0], family: found[2], port: found[1] };
  }

  ref() {
    this.#refed = true;
    if (this.#id !== 0)
      binding.setRef(this.#id, true);
    return this;
  }

  unref() {
    this.#refed = false;
    if (this.#id !== 0)
      binding.setRef(this.#id, false);
    return this;
  }

  get listening() {
    return this.#id !== 0;
  }

  get connections() {
    return SetPrototypeGetSize(this.#sockets);
  }
}

module.exports = {
  Server,
  Socket,
  bytesOf,
  check,
  familyOf,
  // Whoever has _come, _written and _shut hears of that socket.
  watch: (id, target) => MapPrototypeSet(open, id, target),
  // It is closed too.
  forget(id) {
    MapPrototypeDelete(open, id);
    binding.close(id);
  },
  now: () => clock.now(),
  part,
  portOf,
  startTimer,
  stopTimer: (id) => timers.cancel(id),
};

'use strict';

// `http.ClientRequest`.

const {
  ArrayIsArray,
  Boolean,
  Error,
  ObjectKeys,
  StringPrototypeIncludes,
  StringPrototypeStartsWith,
  StringPrototypeToUpperCase,
} = primordials;

const { Buffer } = require('internal/buffer');
const { Agent, globalAgent } = require('internal/http/agent');
const {
  badPath, isToken, matches, maxHeaderSize, maxHeadersDefault,
} = require('internal/http/common');
const { codes, connectionReset } = require('internal/http/errors');
const { IncomingMessage } = require('internal/http/incoming');
const { OutgoingMessage } = require('internal/http/outgoing');
const { Socket, check, part } = require('internal/net');
const { nextTick } = require('internal/process');
const {
  validateAbortSignal, validateBoolean, validateInteger, validateNumber,
} = require('internal/validators');

const {
  ERR_INVALID_ARG_TYPE, ERR_INVALID_HTTP_TOKEN, ERR_INVALID_PROTOCOL, ERR_UNESCAPED_CHARACTERS,
} = codes;

// Methods whose requests have a body only when one is written.
const bodiless = { __proto__: null, GET: 1, HEAD: 1, DELETE: 1, OPTIONS: 1, TRACE: 1, CONNECT: 1 };

function hostOf(host, name) {
  if (host !== undefined && host !== null && typeof host !== 'string')
    throw new ERR_INVALID_ARG_TYPE(`options.${name}`, ['string', 'undefined', 'null'], host);
  return host;
}

function optionsOf(input, options) {
  if (typeof input === 'string')
    input = new (require('internal/url').URL)(input);
  let given = input;
  if (input !== null && typeof input === 'object' && typeof input.href === 'string' &&
      typeof input.searchParams === 'object')
    given = require('internal/url').urlToHttpOptions(input);
  return { __proto__: null, ...given, ...options };
}

class ClientRequest extends OutgoingMessage {
  #writesBody = false;
  #hadError = false;
  #isFree = false; // the socket is given back
  #timeout = 0;
  #headMax;
  #joins;

  constructor(input, options = undefined, callback = undefined) {
    super();
    check();
    if (typeof options === 'function') {
      callback = options;
      options = undefined;
    }
    options = optionsOf(input, options);
    let { agent } = options;
    if (agent === false)
      agent = new Agent();
    else if (agent === undefined || agent === null)
      agent = typeof options.createConnection === 'function' ? undefined : globalAgent();
    else if (typeof agent.addRequest !== 'function')
      throw new ERR_INVALID_ARG_TYPE('options.agent',
                                     ['Agent-like Object', 'undefined', 'false'], agent);
    this.agent = agent;
    const expected = agent?.protocol ?? 'http:';
    const protocol = options.protocol || expected;
    if (options.path && matches(badPath, `${options.path}`))
      throw new ERR_UNESCAPED_CHARACTERS('Request path');
    if (protocol !== expected)
      throw new ERR_INVALID_PROTOCOL(protocol, expected);
    const defaultPort = options.defaultPort || agent?.defaultPort || 80;
    const port = options.port = options.port || defaultPort;
    const host = options.host = hostOf(options.hostname, 'hostname') ||
      hostOf(options.host, 'host') || 'localhost';
    if (options.timeout !== undefined) {
      validateNumber(options.timeout, 'timeout', 0);
      this.timeout = this.#timeout = options.timeout;
    }
    validateAbortSignal(options.signal, 'options.signal');

    const { method } = options;
    if (method !== undefined && method !== null && typeof method !== 'string')
      throw new ERR_INVALID_ARG_TYPE('options.method', 'string', method);
    if (method && !isToken(method))
      throw new ERR_INVALID_HTTP_TOKEN('Method', method);
    this.method = method ? StringPrototypeToUpperCase(method) : 'GET';
    if (options.maxHeaderSize !== undefined)
      validateInteger(options.maxHeaderSize, 'maxHeaderSize', 0);
    this.#headMax = options.maxHeaderSize || maxHeaderSize;
    if (options.insecureHTTPParser !== undefined)
      validateBoolean(options.insecureHTTPParser, 'options.insecureHTTPParser');
    if (options.joinDuplicateHeaders !== undefined)
      validateBoolean(options.joinDuplicateHeaders, 'options.joinDuplicateHeaders');
    this.#joins = options.joinDuplicateHeaders === true;
    this.path = options.path || '/';
    this.host = host;
    this.protocol = protocol;
    this.reusedSocket = false;
    this.aborted = false;
    this.res = null;
    this.maxHeadersCount = null;
    this.upgradeOrConnect = false;
    this.useChunkedEncodingByDefault = bodiless[this.method] === undefined;
    this.shouldKeepAlive = agent !== undefined && Boolean(agent.keepAlive);
    if (callback !== undefined)
      this.once('response', callback);

    this.#setHeaders(options, host, port, defaultPort);
    if (this.method === 'CONNECT')
      this._hasBody = this.useChunkedEncodingByDefault;
    if (options.signal !== undefined)
      require('internal/events').addAbortListener(options.signal, () => {
        const { AbortError } = require('internal/errors');
        this.destroy(new AbortError(undefined, { cause: options.signal.reason }));
      });

    if (agent !== undefined) {
      agent.addRequest(this, options);
      return;
    }
    const { createConnection } = options;
    const made = createConnection(options, (error, socket) => this.onSocket(socket, error));
    if (made)
      this.onSocket(made);
  }

  #setHeaders(options, host, port, defaultPort) {
    const { headers } = options;
    if (ArrayIsArray(headers)) {
      this._pairs = headers;
      return;
    }
    if (headers) {
      const keys = ObjectKeys(headers);
      for (let i = 0; i < keys.length; ++i)
        this.setHeader(keys[i], headers[keys[i]]);
    }
    if (options.setHost !== false && !this.hasHeader('host')) {
      let name = StringPrototypeIncludes(host, ':') && !StringPrototypeStartsWith(host, '[') ?
        `[${host}]` : host;
      if (port && +port !== defaultPort)
        name += `:${port}`;
      this.setHeader('Host', name);
    }
    if (options.auth && !this.hasHeader('authorization'))
      this.setHeader('Authorization',
                     `Basic ${Buffer.from(`${options.auth}`).toString('base64')}`);
    if (this.hasHeader('expect') || this.getHeader('transfer-encoding') !== undefined)
      nextTick(() => this.hasHeader('expect') && !this.headersSent && !this.destroyed &&
        this.flushHeaders());
  }

  _implicitHeader() {
    const pairs = this._pairs ?? this._collected();
    this._storeHeader(`${this.method} ${this.path} HTTP/1.1\r\n`, pairs);
  }

  _isUnframed() {
    return !this.#writesBody;
  }

  write(chunk, encoding = undefined, callback = undefined) {
    this.#writesBody = true;
    return super.write(chunk, encoding, callback);
  }

  end(chunk = undefined, encoding = undefined, callback = undefined) {
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function')
      this.#writesBody = true;
    return super.end(chunk, encoding, callback);
  }

  // -- its socket -------------------------------------------------------------------------

  onSocket(socket, error = undefined) {
    nextTick(() => this.#hasSocket(socket, error));
  }

  #hasSocket(socket, error) {
    if (this.destroyed || error || !socket) {
      if (socket) {
        // Nobody has used it yet.
        if (this.agent !== undefined && !this.errored && socket._agentName !== undefined)
          this.agent.emit('free', socket, {});
        else
          socket.destroy();
      }
      this.destroyed = true;
      this.#over(error ?? this.errored ?? (this.aborted ? null : connectionReset('socket hang up')));
      return;
    }
    if (!(socket instanceof Socket))
      throw new ERR_INVALID_ARG_TYPE('createConnection()', 'Socket', socket);
    const listeners = {
      __proto__: null,
      error: (failure) => this.#fail(failure),
      close: () => this.#lost(),
      drain: () => this._drained(),
      timeout: () => this.emit('timeout'),
    };
    this._listeners = listeners;
    socket._httpMessage = this;
    socket.on('error', listeners.error);
    socket.on('close', listeners.close);
    socket.on('drain', listeners.drain);
    socket.on('timeout', listeners.timeout);
    this.socket = socket;
    if (this.#timeout > 0)
      socket.setTimeout(this.#timeout);
    else if (!this.reusedSocket && this.agent?.options?.timeout)
      socket.setTimeout(this.agent.options.timeout);
    const start = () => {
      const { maxHeadersCount } = this;
      socket._consume((ended, bytes, events, httpEnd, failure) => {
        this.#come(ended, bytes, events ?? [], httpEnd, failure);
      });
      socket._parse(2, this.#headMax,
                    typeof maxHeadersCount !== 'number' ? maxHeadersDefault :
                      maxHeadersCount > 0 ? maxHeadersCount : 1e6,
                    (this.method === 'HEAD' ? 1 : 0) | (this.method === 'CONNECT' ? 2 : 0));
      socket._readMore(true);
    };
    if (socket.connecting)
      socket.once('connect', start);
    else
      start();
    this._flush();
    this.emit('socket', socket);
  }

  #letGo() {
    const { socket, _listeners: listeners } = this;
    if (socket === null || listeners === undefined)
      return;
    socket.removeListener('error', listeners.error);
    socket.removeListener('close', listeners.close);
    socket.removeListener('drain', listeners.drain);
    socket.removeListener('timeout', listeners.timeout);
    this._listeners = undefined;
    socket._httpMessage = null;
  }

  #fail(error) {
    if (this.res !== null && !this.res.complete) {
      this.errored ??= error;
      return; // the response tells
    }
    if (!this.#hadError) {
      this.#hadError = true;
      this.destroyed = true;
      this.emit('error', error);
    }
  }

  // The socket is closed.
  #lost() {
    this.destroyed = true;
    const { res } = this;
    if (res !== null) {
      if (!res.complete) {
        if (!res.destroyed)
          res.destroy(this.errored ?? connectionReset('aborted'));
        this.#over(null);
        return;
      }
      // Everything is there; perhaps not read yet.
      if (!this.#isFree && (res.readableEnded || res.destroyed))
        this.#over(null);
      return;
    }
    if (!this.#hadError && !(this.aborted && this.socket.connecting))
      this.#fail(this.errored ?? connectionReset('socket hang up'));
    this.#over(null);
  }

  // 'close', once; an error before it.
  #over(error) {
    if (this._closed)
      return;
    if (error && !this.#hadError) {
      this.#hadError = true;
      this.emit('error', error);
    }
    this._closed = true;
    this.emit('close');
  }

  // -- the response -----------------------------------------------------------------------

  #come(ended, bytes, events, httpEnd, failure) {
    const { socket } = this;
    for (let i = 0; i < events.length; ++i) {
      const event = events[i];
      if (event[0] === 0) {
        const status = event[1];
        if (event[6]) {
          this.#upgrade(event, bytes === undefined ? Buffer.alloc(0) : part(bytes, httpEnd));
          return;
        }
        if (status < 200)
          this.#inform(event);
        else
          this.#begin(event);
      } else if (event[0] === 1) {
        const { 1: at, 2: length } = event;
        if (this.res !== null && !this.res.push(part(bytes, at, at + length)) &&
            !this.res.destroyed)
          socket._readMore(false);
      } else if (this.res !== null) {
        this.#end(event[1]);
      }
      if (socket.destroyed)
        return;
    }
    if (failure !== undefined) {
      const { 0: code, 1: reason, 2: bytesParsed } = failure;
      if (ended && code === 'HPE_INVALID_EOF_STATE') {
        socket.destroy(); // 'close' tells
        return;
      }
      const error = new Error(`Parse Error: ${reason}`);
      error.code = code;
      error.reason = reason;
      error.bytesParsed = bytesParsed;
      error.rawPacket = bytes;
      this.errored ??= error;
      if (this.res !== null && !this.res.complete)
        this.res.destroy(error);
      socket.destroy(this.res === null ? error : undefined);
      return;
    }
    if (ended) {
      socket._inputOver();
      socket.destroySoon();
    }
  }

  #make(event) {
    const { 1: status, 2: words, 3: major, 4: minor, 7: fields } = event;
    const response = new IncomingMessage(this.socket);
    response.statusCode = status;
    response.statusMessage = words;
    response.httpVersionMajor = major;
    response.httpVersionMinor = minor;
    response.httpVersion = `${major}.${minor}`;
    response.rawHeaders = fields;
    response.joinDuplicateHeaders = this.#joins;
    response.upgrade = false;
    response.req = this;
    return response;
  }

  #inform(event) {
    const told = this.#make(event);
    if (told.statusCode === 100)
      this.emit('continue');
    this.emit('information', {
      statusCode: told.statusCode, statusMessage: told.statusMessage,
      httpVersion: told.httpVersion, httpVersionMajor: told.httpVersionMajor,
      httpVersionMinor: told.httpVersionMinor, headers: told.headers,
      rawHeaders: told.rawHeaders,
    });
  }

  #begin(event) {
    const { socket } = this;
    if (this.res !== null) { // a second answer to one question
      socket.destroy();
      return;
    }
    const response = this.res = this.#make(event);
    if (!event[5])
      this.shouldKeepAlive = false;
    socket._keepAliveHint = response.headers['keep-alive'];
    response.on('end', () => this.#responseEnded());
    response.on('close', () => {
      if (response.complete && response.readableEnded)
        nextTick(() => this.#over(null));
    });
    if (this.aborted || !this.emit('response', response))
      response._dump();
  }

  #end(trailers) {
    const { res: response, socket } = this;
    if (response.complete)
      return;
    response.complete = true;
    response.rawTrailers = trailers;
    response.push(null);
    socket._readMore(true);
  }

  #responseEnded() {
    const { socket } = this;
    if (!this.shouldKeepAlive || this._last) {
      if (socket.writable)
        socket.destroySoon();
      if (!this.finished)
        socket.destroy();
      return;
    }
    if (this.writableFinished)
      this.#giveBack();
    else if (!this.finished)
      socket.destroy();
    else
      this.once('finish', () => this.#giveBack());
  }

  #giveBack() {
    const { socket } = this;
    if (this.#isFree || socket.destroyed)
      return;
    this.#isFree = true;
    this.destroyed = true;
    this.#letGo();
    if (this.#timeout > 0)
      socket.setTimeout(0);
    this.res.socket = socket;
    nextTick(() => {
      if (this.agent !== undefined && socket._agentName !== undefined)
        this.agent.emit('free', socket, {});
      else
        socket.destroy();
    });
  }

  #upgrade(event, rest) {
    const { socket } = this;
    const response = this.res = this.#make(event);
    const kind = this.method === 'CONNECT' ? 'connect' : 'upgrade';
    response.upgrade = true;
    response.complete = true;
    response.push(null);
    this.upgradeOrConnect = true;
    if (this.listenerCount(kind) === 0) {
      this.#letGo();
      socket.destroy();
      this.destroyed = true;
      nextTick(() => this.#over(null));
      return;
    }
    this.#letGo();
    socket._consume(null);
    socket._readMore(true);
    socket.emit('agentRemove');
    socket.setTimeout(0);
    this.destroyed = true;
    this.emit(kind, response, socket, rest);
    nextTick(() => this.#over(null));
  }

  // -- its end ----------------------------------------------------------------------------

  abort() {
    if (this.aborted)
      return;
    this.aborted = true;
    nextTick(() => this.emit('abort'));
    this.destroy();
  }

  destroy(error = undefined) {
    if (this.destroyed)
      return this;
    this.destroyed = true;
    this.errored = error ?? null;
    this.res?._dump();
    const { socket } = this;
    if (socket !== null) {
      if (this.res !== null && !this.res.complete)
        this.res.destroy(error ?? connectionReset('aborted'));
      socket.destroy(this.res === null ? error : undefined);
    } else {
      this.agent?._withdraw?.(this);
      nextTick(() => {
        if (this.socket === null)
          this.#over(error ?? (this.aborted ? null : connectionReset('socket hang up')));
      });
    }
    return this;
  }

  // -- settings ---------------------------------------------------------------------------

  setTimeout(ms, callback = undefined) {
    if (this.#isFree || this.writableFinished && this.socket === null)
      return this;
    validateNumber(ms, 'msecs', 0);
    this.timeout = this.#timeout = ms;
    if (callback !== undefined)
      this.once('timeout', callback);
    if (this.socket !== null)
      this.socket.setTimeout(ms);
    return this;
  }

  #withSocket(act) {
    const ready = (socket) => {
      if (socket.connecting)
        socket.once('connect', () => act(socket));
      else
        act(socket);
    };
    if (this.socket !== null)
      ready(this.socket);
    else
      this.once('socket', ready);
  }

  setNoDelay(on = true) {
    this.#withSocket((socket) => socket.setNoDelay(on));
  }

  setSocketKeepAlive(on = false, delay = 0) {
    this.#withSocket((socket) => socket.setKeepAlive(on, delay));
  }

  clearTimeout(callback) {
    this.setTimeout(0, callback);
  }
}

module.exports = { ClientRequest };

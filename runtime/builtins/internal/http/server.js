'use strict';

// `http.Server`, `http.ServerResponse`.

const {
  ArrayIsArray,
  ArrayPrototypePush,
  ArrayPrototypeShift,
  Error,
  MathMin,
  ObjectKeys,
  Set,
  SetPrototypeAdd,
  SetPrototypeDelete,
  SetPrototypeForEach,
} = primordials;

const {
  STATUS_CODES, continueWanted, hasBadChar, matches, maxHeaderSize, maxHeadersDefault,
  validateHeader,
} = require('internal/http/common');
const { codes } = require('internal/http/errors');
const { IncomingMessage } = require('internal/http/incoming');
const { OutgoingMessage } = require('internal/http/outgoing');
const { Server: NetServer, now, part, startTimer, stopTimer } = require('internal/net');
const { nextTick } = require('internal/process');
const {
  validateBoolean, validateFunction, validateInteger, validateObject,
} = require('internal/validators');

const {
  ERR_HTTP_HEADERS_SENT, ERR_HTTP_INVALID_STATUS_CODE, ERR_HTTP_REQUEST_TIMEOUT,
  ERR_HTTP_SOCKET_ASSIGNED, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_CHAR,
  ERR_OUT_OF_RANGE,
} = codes;

// Requests of one connection that wait for their responses: more are not read.
const pipelineMax = 64;

// -- responses --------------------------------------------------------------------------

class ServerResponse extends OutgoingMessage {
  #sent100 = false;
  #onSocketClose;

  constructor(request, options = undefined) {
    super(options);
    this.req = request;
    this.statusCode = 200;
    this.statusMessage = undefined;
    this.sendDate = true;
    this._connection = null;
    this.rejectNonStandardBodyWrites = options?.rejectNonStandardBodyWrites === true;
    if (request.method === 'HEAD')
      this._hasBody = false;
    if (request.httpVersionMajor < 1 || request.httpVersionMinor < 1) {
      this.useChunkedEncodingByDefault = matches(/(?:^|\W)chunked(?:$|\W)/i,
                                                 `${request.headers?.te}`);
      this.shouldKeepAlive = false;
    }
  }

  writeHead(statusCode, reason = undefined, headers = undefined) {
    if (this._header !== null)
      throw new ERR_HTTP_HEADERS_SENT('write');
    const status = statusCode | 0;
    if (status < 100 || status > 999)
      throw new ERR_HTTP_INVALID_STATUS_CODE(statusCode);
    if (typeof reason === 'string') {
      this.statusMessage = reason;
    } else {
      this.statusMessage ||= STATUS_CODES[status] || 'unknown';
      headers ??= reason;
    }
    this.statusCode = status;
    if (hasBadChar(`${this.statusMessage}`))
      throw new ERR_INVALID_CHAR('statusMessage');

    let pairs;
    if (ArrayIsArray(headers)) {
      if (headers.length % 2 !== 0)
        throw new ERR_INVALID_ARG_VALUE('headers', headers);
      if (this._hasCollected) {
        for (let i = 0; i < headers.length; i += 2)
          this.removeHeader(headers[i]);
        for (let i = 0; i < headers.length; i += 2)
          this.appendHeader(headers[i], headers[i + 1]);
        pairs = this._collected();
      } else {
        pairs = headers;
      }
    } else {
      pairs = this._collected();
      if (headers !== undefined && headers !== null) {
        const keys = ObjectKeys(headers);
        for (let i = 0; i < keys.length; ++i) {
          if (keys[i] === '')
            continue;
          if (this._hasCollected) {
            this.setHeader(keys[i], headers[keys[i]]);
          } else {
            ArrayPrototypePush(pairs, keys[i]);
            ArrayPrototypePush(pairs, headers[keys[i]]);
          }
        }
        if (this._hasCollected)
          pairs = this._collected();
      }
    }
    if (status === 204 || status === 304 || status < 200)
      this._hasBody = false;
    // What the client waits for was never said: what comes next may be anything.
    if (this._expects100 && !this.#sent100)
      this.shouldKeepAlive = false;
    this._storeHeader(`HTTP/1.1 ${status} ${this.statusMessage}\r\n`, pairs);
    return this;
  }

  writeHeader(statusCode, reason = undefined, headers = undefined) {
    return this.writeHead(statusCode, reason, headers);
  }

  _implicitHeader() {
    this.writeHead(this.statusCode);
  }

  #raw(text, callback) {
    this.socket?._writeAll([require('internal/buffer').Buffer.from(text, 'latin1')], callback);
  }

  writeContinue(callback = undefined) {
    this.#raw('HTTP/1.1 100 Continue\r\n\r\n', callback);
    this.#sent100 = true;
  }

  writeProcessing(callback = undefined) {
    this.#raw('HTTP/1.1 102 Processing\r\n\r\n', callback);
  }

  writeEarlyHints(hints, callback = undefined) {
    validateObject(hints, 'hints');
    const { link } = hints;
    if (link === null || link === undefined)
      return;
    let text = 'HTTP/1.1 103 Early Hints\r\n';
    const keys = ObjectKeys(hints);
    for (let i = 0; i < keys.length; ++i) {
      const value = hints[keys[i]];
      validateHeader(keys[i], value);
      if (!ArrayIsArray(value)) {
        text += `${keys[i]}: ${value}\r\n`;
        continue;
      }
      let all = '';
      for (let k = 0; k < value.length; ++k)
        all += `${k === 0 ? '' : ', '}${value[k]}`;
      text += `${keys[i]}: ${all}\r\n`;
    }
    this.#raw(`${text}\r\n`, callback);
  }

  assignSocket(socket) {
    if (socket._httpMessage)
      throw new ERR_HTTP_SOCKET_ASSIGNED();
    socket._httpMessage = this;
    this.socket = socket;
    this.#onSocketClose = () => this._close();
    socket.on('close', this.#onSocketClose);
    this.emit('socket', socket);
    this._flush();
  }

  detachSocket(socket) {
    if (this.#onSocketClose !== undefined)
      socket.removeListener('close', this.#onSocketClose);
    socket._httpMessage = null;
    this.socket = null;
  }

  _finished() {
    this._connection?.finished(this);
  }

  // Once.
  _close() {
    if (this._closed)
      return;
    this._closed = true;
    this.destroyed = true;
    this.emit('close');
  }
}

// -- connections ------------------------------------------------------------------------

// The messages of one connection.
class Connection {
  // Since when its request, or what is left of its head, is awaited; 0: it is idle.
  begun = now();
  headDone = false;

  #server;
  #socket;
  #request = null; // that is being read
  #responses = []; // in the order of their requests; the first one has the socket
  #served = 0;
  #stopped = false; // what comes is no HTTP any more, or nobody wants it
  #paused = false;

  constructor(server, socket) {
    this.#server = server;
    this.#socket = socket;
    this.#parse();
    socket._consume((ended, bytes, events, httpEnd, failure) => {
      this.#come(ended, bytes, events ?? [], httpEnd, failure);
    });
    socket.on('drain', () => this.#responses[0]?._drained());
    socket.on('timeout', () => this.#timeout());
    socket.on('error', (error) => this.#error(error, true));
    socket.on('close', () => this.#close());
    if (server.timeout > 0)
      socket.setTimeout(server.timeout);
    socket._readMore(true);
  }

  #parse() {
    const server = this.#server;
    const { maxHeadersCount } = server;
    this.#socket._parse(1, server.maxHeaderSize || maxHeaderSize,
                        typeof maxHeadersCount !== 'number' ? maxHeadersDefault :
                          maxHeadersCount > 0 ? maxHeadersCount : 1e6,
                        server.listenerCount('upgrade') > 0 ? 4 : 0);
  }

  get idle() {
    return this.#responses.length === 0 && this.#request === null && this.begun === 0;
  }

  get socket() {
    return this.#socket;
  }

  #come(ended, bytes, events, httpEnd, failure) {
    const socket = this.#socket;
    if (this.#stopped)
      return;
    if (this.begun === 0 && !ended) {
      this.begun = now();
      this.headDone = false;
      if (this.#served > 0 && this.#server.keepAliveTimeout > 0)
        socket.setTimeout(this.#server.timeout);
    }
    for (let i = 0; i < events.length; ++i) {
      const event = events[i];
      if (event[0] === 0) {
        if (event[6]) { // something else follows
          this.#upgrade(event, bytes === undefined ? bytes : part(bytes, httpEnd));
          return;
        }
        this.#begin(event);
      } else if (event[0] === 1) {
        const { 1: at, 2: length } = event;
        if (!this.#request.push(part(bytes, at, at + length)))
          socket._readMore(false);
      } else {
        this.#end(event[1]);
      }
      if (socket.destroyed)
        return;
    }
    if (failure !== undefined) {
      const { 0: code, 1: reason, 2: bytesParsed } = failure;
      const error = new Error(`Parse Error: ${reason}`);
      error.code = code;
      error.reason = reason;
      error.bytesParsed = bytesParsed;
      error.rawPacket = bytes;
      this.#stopped = true;
      this.#error(error, ended);
      return;
    }
    if (ended)
      this.#inputOver();
  }

  #begin(event) {
    const { 1: method, 2: url, 3: major, 4: minor, 5: keepsAlive, 7: fields } = event;
    const server = this.#server;
    const socket = this.#socket;
    this.headDone = true;
    const request = this.#request = this.#make(method, url, major, minor, fields);
    const response = new server._ServerResponse(request, {
      rejectNonStandardBodyWrites: server.rejectNonStandardBodyWrites,
    });
    response._connection = this;
    response._keepAliveTimeout = server.keepAliveTimeout;
    response.shouldKeepAlive = keepsAlive;
    ++this.#served;
    const most = server.maxRequestsPerSocket;
    response.maxRequestsOnConnectionReached = most > 0 && this.#served >= most;
    ArrayPrototypePush(this.#responses, response);
    if (this.#responses.length === 1)
      response.assignSocket(socket);
    if (this.#responses.length >= pipelineMax) {
      this.#paused = true;
      socket._readMore(false);
    }
    if (most > 0 && this.#served > most) {
      server.emit('dropRequest', request, socket);
      response.writeHead(503);
      response.end();
    } else {
      this.#serve(request, response);
    }
  }

  #make(method, url, major, minor, fields) {
    const request = new this.#server._IncomingMessage(this.#socket, {
      highWaterMark: this.#server.highWaterMark,
    });
    request._isRequest = true;
    request.method = method;
    request.url = url;
    request.httpVersionMajor = major;
    request.httpVersionMinor = minor;
    request.httpVersion = `${major}.${minor}`;
    request.rawHeaders = fields;
    request.joinDuplicateHeaders = this.#server.joinDuplicateHeaders === true;
    request.upgrade = false;
    return request;
  }

  #serve(request, response) {
    const server = this.#server;
    const { headers } = request;
    if (server.requireHostHeader && request.httpVersion === '1.1' &&
        headers.host === undefined) {
      response.writeHead(400, ['Connection', 'close']);
      response.end();
      return;
    }
    if (headers.expect === undefined || request.httpVersion !== '1.1') {
      server.emit('request', request, response);
    } else if (matches(continueWanted, headers.expect)) {
      response._expects100 = true;
      if (server.listenerCount('checkContinue') > 0) {
        server.emit('checkContinue', request, response);
      } else {
        response.writeContinue();
        server.emit('request', request, response);
      }
    } else if (server.listenerCount('checkExpectation') > 0) {
      server.emit('checkExpectation', request, response);
    } else {
      response.writeHead(417);
      response.end();
    }
  }

  #end(trailers) {
    const request = this.#request;
    this.#request = null;
    this.begun = 0;
    if (request === null)
      return;
    request.complete = true;
    request.rawTrailers = trailers;
    request.push(null);
    // While it was not read fast enough nothing was; the next message is another matter.
    if (!this.#paused)
      this.#socket._readMore(true);
  }

  #upgrade(event, rest) {
    const { 1: method, 2: url, 3: major, 4: minor, 7: fields } = event;
    const server = this.#server;
    const socket = this.#socket;
    const kind = method === 'CONNECT' ? 'connect' : 'upgrade';
    if (server.listenerCount(kind) === 0) {
      socket.destroy();
      return;
    }
    const request = this.#make(method, url, major, minor, fields);
    request.upgrade = true;
    request.complete = true;
    request.push(null);
    this.#stopped = true;
    this.begun = 0;
    server._forget(this);
    socket._consume(null);
    socket.setTimeout(0);
    socket.removeAllListeners('drain');
    socket.removeAllListeners('timeout');
    socket.removeAllListeners('error');
    socket._readMore(true);
    server.emit(kind, request, socket, rest ?? require('internal/buffer').Buffer.alloc(0));
  }

  // The other side has said that no more will come.
  #inputOver() {
    const { length } = this.#responses;
    if (this.#server.httpAllowHalfOpen && length > 0)
      this.#responses[length - 1]._last = true;
    else
      this.#socket.end();
    this.#socket._inputOver();
  }

  finished(response) {
    if (this.#responses[0] !== response)
      return;
    const server = this.#server;
    const socket = this.#socket;
    const { req } = response;
    ArrayPrototypeShift(this.#responses);
    // What nobody has read of it is in the way of the next one.
    if (req === this.#request || !req.readableEnded)
      req._dump();
    response.detachSocket(socket);
    nextTick(() => {
      response._close();
      if (req.complete && req.readableEnded)
        req.destroy();
      else
        req.once('end', () => req.destroy());
    });
    if (socket.destroyed)
      return;
    if (response._last) {
      this.#stopped = true;
      socket.destroySoon();
      return;
    }
    const { length } = this.#responses;
    if (length > 0) {
      this.#responses[0].assignSocket(socket);
    } else if (!server.listening && !server._keepsIdle) {
      socket.destroySoon(); // nothing but this response was waited for
      return;
    } else if (server.keepAliveTimeout > 0) {
      socket.setTimeout(server.keepAliveTimeout + server.keepAliveTimeoutBuffer);
    }
    if (this.#paused && length < pipelineMax / 2) {
      this.#paused = false;
      socket._readMore(true);
    }
  }

  #timeout() {
    const server = this.#server;
    const socket = this.#socket;
    const first = this.#responses[0];
    const isTold = [
      first !== undefined && !first.req.complete && first.req.emit('timeout', socket),
      first !== undefined && first.emit('timeout', socket),
      server.emit('timeout', socket),
    ];
    if (!isTold[0] && !isTold[1] && !isTold[2])
      socket.destroy();
  }

  #error(error, ended = false) {
    const socket = this.#socket;
    if (this.#server.emit('clientError', error, socket))
      return;
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    // In the middle of a response, this would be part of it.
    if (!this.#responses[0]?.headersSent) {
      const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 :
        error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW' ? 413 :
          error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
      const text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`;
      socket._writeAll([require('internal/buffer').Buffer.from(text, 'latin1')]);
    }
    this.#stopped = true;
    // After what came before it.
    if (this.#request !== null)
      nextTick((request) => request._isLost(), this.#request);
    if (ended) {
      socket.destroySoon();
      return;
    }
    // What it has not read would make the system drop what was written.
    socket.end();
    this.#linger();
  }

  // Gives the other side a moment to read the answer.
  #linger() {
    const socket = this.#socket;
    const timer = startTimer(() => socket.destroy(), 1000);
    socket.once('close', () => stopTimer(timer));
    socket._consume((ended) => {
      if (ended)
        socket.destroy();
    });
    socket._parse(0);
    socket._readMore(true);
  }

  #close() {
    this.#stopped = true;
    this.#server._forget(this);
    const responses = this.#responses;
    this.#responses = [];
    this.#request?._lose();
    for (let i = 0; i < responses.length; ++i) {
      const response = responses[i];
      response.req._lose();
      if (response.socket === null)
        response._close();
    }
    this.#request = null;
  }

  // Has it waited too long, for a head or for all of a request?
  check(time, headersTimeout, requestTimeout) {
    if (this.begun === 0 || this.#stopped)
      return;
    const waited = time - this.begun;
    if ((headersTimeout > 0 && !this.headDone && waited >= headersTimeout) ||
        (requestTimeout > 0 && waited >= requestTimeout))
      this.#error(new ERR_HTTP_REQUEST_TIMEOUT());
  }
}

// -- servers ----------------------------------------------------------------------------

class Server extends NetServer {
  #connections = new Set();
  #checks = 0;

  constructor(options = undefined, listener = undefined) {
    if (typeof options === 'function') {
      listener = options;
      options = {};
    } else if (options === undefined || options === null) {
      options = {};
    } else if (typeof options !== 'object') {
      throw new ERR_INVALID_ARG_TYPE('options', 'object', options);
    }
    super(options);
    this._IncomingMessage = options.IncomingMessage ?? IncomingMessage;
    this._ServerResponse = options.ServerResponse ?? ServerResponse;
    this._keepsIdle = false;

    const { insecureHTTPParser, joinDuplicateHeaders, requireHostHeader, highWaterMark } =
      options;
    if (options.maxHeaderSize !== undefined)
      validateInteger(options.maxHeaderSize, 'maxHeaderSize', 0);
    this.maxHeaderSize = options.maxHeaderSize;
    if (insecureHTTPParser !== undefined)
      validateBoolean(insecureHTTPParser, 'options.insecureHTTPParser');
    if (requireHostHeader !== undefined)
      validateBoolean(requireHostHeader, 'options.requireHostHeader');
    this.requireHostHeader = requireHostHeader ?? true;
    if (joinDuplicateHeaders !== undefined)
      validateBoolean(joinDuplicateHeaders, 'options.joinDuplicateHeaders');
    this.joinDuplicateHeaders = joinDuplicateHeaders;
    this.rejectNonStandardBodyWrites = options.rejectNonStandardBodyWrites ?? false;
    validateBoolean(this.rejectNonStandardBodyWrites, 'options.rejectNonStandardBodyWrites');
    const time = (name, otherwise) => {
      const given = options[name];
      if (given === undefined)
        return otherwise;
      validateInteger(given, name, 0);
      return given;
    };
    this.requestTimeout = time('requestTimeout', 300000);
    this.headersTimeout = time('headersTimeout',
                               this.requestTimeout > 0 ? MathMin(60000, this.requestTimeout) :
                                 60000);
    if (this.requestTimeout > 0 && this.headersTimeout > this.requestTimeout)
      throw new ERR_OUT_OF_RANGE('headersTimeout', '<= requestTimeout', options.headersTimeout);
    this.keepAliveTimeout = time('keepAliveTimeout', 5000);
    this.keepAliveTimeoutBuffer = time('keepAliveTimeoutBuffer', 1000);
    this.connectionsCheckingInterval = time('connectionsCheckingInterval', 30000);
    this.httpAllowHalfOpen = false;
    this.timeout = 0;
    this.maxHeadersCount = null;
    this.maxRequestsPerSocket = 0;
    this.highWaterMark = highWaterMark ?? 65536;
    this.noDelay = options.noDelay ?? true;
    this.keepAlive = options.keepAlive ?? false;
    this.keepAliveInitialDelay = options.keepAliveInitialDelay ?? 0;
    this.maxConnections = undefined;
    if (listener !== undefined) {
      validateFunction(listener, 'requestListener');
      this.on('request', listener);
    }
  }

  _listens() {
    if (this.#checks !== 0)
      stopTimer(this.#checks);
    this.#checks = startTimer(() => {
      const time = now();
      SetPrototypeForEach(this.#connections, (each) => {
        each.check(time, this.headersTimeout, this.requestTimeout);
      });
    }, this.connectionsCheckingInterval || 30000, true);
  }

  _began(socket) {
    if (this.noDelay)
      socket.setNoDelay(true);
    if (this.keepAlive)
      socket.setKeepAlive(true, this.keepAliveInitialDelay);
    SetPrototypeAdd(this.#connections, new Connection(this, socket));
  }

  _forget(connection) {
    SetPrototypeDelete(this.#connections, connection);
  }

  setTimeout(ms = 0, callback = undefined) {
    if (typeof ms === 'function') {
      callback = ms;
      ms = 0;
    }
    this.timeout = ms;
    if (callback !== undefined)
      this.on('timeout', callback);
    return this;
  }

  close(callback = undefined) {
    if (this.#checks !== 0)
      stopTimer(this.#checks);
    this.#checks = 0;
    super.close(callback);
    this.closeIdleConnections();
    return this;
  }

  closeAllConnections() {
    SetPrototypeForEach(this.#connections, (each) => each.socket.destroy());
  }

  closeIdleConnections() {
    SetPrototypeForEach(this.#connections, (each) => {
      if (each.idle)
        each.socket.destroy();
    });
  }
}

if (primordials.Symbol.asyncDispose !== undefined)
  Server.prototype[primordials.Symbol.asyncDispose] = function() {
    return new primordials.Promise((resolve, reject) => {
      this.close((error) => (error ? reject(error) : resolve()));
    });
  };

module.exports = { Server, ServerResponse };

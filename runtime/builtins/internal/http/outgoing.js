'use strict';

// `http.OutgoingMessage`: a response at its server, a request at its client.

const {
  ArrayIsArray,
  ArrayPrototypePush,
  Date,
  Map,
  MapPrototypeDelete,
  MapPrototypeForEach,
  MapPrototypeGet,
  MapPrototypeGetSize,
  MapPrototypeHas,
  MapPrototypeSet,
  NumberPrototypeToString,
  ObjectKeys,
  StringPrototypeToLowerCase,
  TypedArrayPrototypeGetByteLength,
  uncurryThis,
} = primordials;

const { Buffer } = require('internal/buffer');
const EventEmitter = require('internal/events');
const {
  chunkedLast, closeWanted, hasBadChar, lower, matches, validateHeader, validateHeaderName,
} = require('internal/http/common');
const { codes } = require('internal/http/errors');
const { bytesOf, startTimer } = require('internal/net');
const { nextTick } = require('internal/process');

const {
  ERR_HTTP_BODY_NOT_ALLOWED, ERR_HTTP_CONTENT_LENGTH_MISMATCH, ERR_HTTP_HEADERS_SENT,
  ERR_HTTP_TRAILER_INVALID, ERR_INVALID_ARG_TYPE, ERR_INVALID_CHAR, ERR_METHOD_NOT_IMPLEMENTED,
  ERR_STREAM_ALREADY_FINISHED, ERR_STREAM_CANNOT_PIPE, ERR_STREAM_DESTROYED,
  ERR_STREAM_WRITE_AFTER_END,
} = codes;

const dateText = uncurryThis(Date.prototype.toUTCString);
const highWaterMark = 65536;
const lineEnd = Buffer.from('\r\n', 'latin1');

let today;
function utcDate() {
  if (today === undefined) {
    const now = new Date();
    today = dateText(now);
    startTimer(() => {
      today = undefined;
    }, 1000 - primordials.DatePrototypeGetMilliseconds(now));
  }
  return today;
}

const latin1 = (text) => Buffer.from(text, 'latin1');

class OutgoingMessage extends EventEmitter {
  #headers = new Map(); // [name, value] by the name in small letters
  #pieces = []; // what waits for a socket
  #queued = 0;
  #trailer = '';
  #bodyBytes = 0;
  #lengthGiven = -1;
  #headOut = false; // the head is with the socket
  #wantsDrain = false;
  #ended = false;
  #finishing = false;

  constructor(options = undefined) {
    super(options);
    this.destroyed = false;
    this.errored = null;
    this.socket = null;
    this.finished = false; // end() was called
    this.chunkedEncoding = false;
    this.shouldKeepAlive = true;
    this.useChunkedEncodingByDefault = true;
    this.sendDate = false;
    this.strictContentLength = false;
    this.maxRequestsOnConnectionReached = false;
    this._last = false; // the connection ends with it
    this._hasBody = true;
    this._contentLength = null; // known at once
    this._removedConnection = false;
    this._removedContLen = false;
    this._removedTE = false;
    this._closed = false;
    this._keepAliveTimeout = 0;
    this._header = null; // its head, as text
  }

  // -- facts ------------------------------------------------------------------------------

  get connection() {
    return this.socket;
  }

  set connection(socket) {
    this.socket = socket;
  }

  get headersSent() {
    return this._header !== null;
  }

  get writable() {
    return !this.finished && !this.destroyed;
  }

  get writableEnded() {
    return this.finished;
  }

  get writableFinished() {
    return this.#ended;
  }

  get writableHighWaterMark() {
    return this.socket !== null ? this.socket.writableHighWaterMark : highWaterMark;
  }

  get writableLength() {
    return this.#queued + (this.socket !== null ? this.socket.writableLength : 0);
  }

  get writableNeedDrain() {
    return !this.destroyed && !this.finished && this.#wantsDrain;
  }

  get writableObjectMode() {
    return false;
  }

  get closed() {
    return this._closed;
  }

  // -- headers ----------------------------------------------------------------------------

  setHeader(name, value) {
    if (this._header !== null)
      throw new ERR_HTTP_HEADERS_SENT('set');
    validateHeader(name, value);
    MapPrototypeSet(this.#headers, StringPrototypeToLowerCase(name), [name, value]);
    return this;
  }

  setHeaders(headers) {
    if (this._header !== null)
      throw new ERR_HTTP_HEADERS_SENT('set');
    if (headers === null || typeof headers !== 'object' || ArrayIsArray(headers) ||
        typeof headers.keys !== 'function' || typeof headers.get !== 'function')
      throw new ERR_INVALID_ARG_TYPE('headers', ['Headers', 'Map'], headers);
    for (const name of headers.keys())
      this.setHeader(name, headers.get(name));
    return this;
  }

  appendHeader(name, value) {
    if (this._header !== null)
      throw new ERR_HTTP_HEADERS_SENT('append');
    validateHeader(name, value);
    const key = StringPrototypeToLowerCase(name);
    const there = MapPrototypeGet(this.#headers, key);
    if (there === undefined) {
      MapPrototypeSet(this.#headers, key, [name, value]);
      return this;
    }
    const all = [];
    const add = (more) => {
      if (ArrayIsArray(more))
        for (let i = 0; i < more.length; ++i)
          ArrayPrototypePush(all, more[i]);
      else
        ArrayPrototypePush(all, more);
    };
    add(there[1]);
    add(value);
    there[1] = all;
    return this;
  }

  getHeader(name) {
    return MapPrototypeGet(this.#headers, lower(name))?.[1];
  }

  hasHeader(name) {
    return MapPrototypeHas(this.#headers, lower(name));
  }

  getHeaderNames() {
    const names = [];
    MapPrototypeForEach(this.#headers, (_, key) => ArrayPrototypePush(names, key));
    return names;
  }

  getRawHeaderNames() {
    const names = [];
    MapPrototypeForEach(this.#headers, (pair) => ArrayPrototypePush(names, pair[0]));
    return names;
  }

  getHeaders() {
    const made = { __proto__: null };
    MapPrototypeForEach(this.#headers, (pair, key) => {
      made[key] = pair[1];
    });
    return made;
  }

  removeHeader(name) {
    const key = lower(name);
    if (this._header !== null)
      throw new ERR_HTTP_HEADERS_SENT('remove');
    MapPrototypeDelete(this.#headers, key);
    if (key === 'connection')
      this._removedConnection = true;
    else if (key === 'content-length')
      this._removedContLen = true;
    else if (key === 'transfer-encoding')
      this._removedTE = true;
    else if (key === 'date')
      this.sendDate = false;
  }

  // What setHeader has collected, as [name, value, name, value].
  _collected() {
    const pairs = [];
    MapPrototypeForEach(this.#headers, (pair) => {
      ArrayPrototypePush(pairs, pair[0]);
      ArrayPrototypePush(pairs, pair[1]);
    });
    return pairs;
  }

  get _hasCollected() {
    return MapPrototypeGetSize(this.#headers) > 0;
  }

  addTrailers(headers) {
    const isList = ArrayIsArray(headers);
    const keys = isList ? headers : ObjectKeys(headers);
    for (let i = 0; i < keys.length; ++i) {
      const name = isList ? keys[i][0] : keys[i];
      const value = isList ? keys[i][1] : headers[keys[i]];
      validateHeaderName(name, 'Trailer name');
      if (hasBadChar(`${value}`))
        throw new ERR_INVALID_CHAR('trailer content', name);
      this.#trailer += `${name}: ${value}\r\n`;
    }
  }

  // Writes the head down: first line, [name, value, ...], and what HTTP needs besides.
  _storeHeader(firstLine, pairs) {
    let text = firstLine;
    const seen = { __proto__: null };
    const line = (name, value) => {
      text += `${name}: ${value}\r\n`;
    };
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const name = pairs[i];
      const value = pairs[i + 1];
      validateHeader(name, value);
      const key = StringPrototypeToLowerCase(name);
      seen[key] = ArrayIsArray(value) ? `${value}` : `${seen[key] ?? ''}${value}`;
      if (!ArrayIsArray(value)) {
        line(name, value);
      } else if (key === 'cookie') {
        let all = '';
        for (let k = 0; k < value.length; ++k)
          all += `${k === 0 ? '' : '; '}${value[k]}`;
        line(name, all);
      } else {
        for (let k = 0; k < value.length; ++k)
          line(name, value[k]);
      }
    }
    const { connection } = seen;
    const length = seen['content-length'];
    const encoding = seen['transfer-encoding'];
    if (encoding !== undefined && matches(chunkedLast, encoding))
      this.chunkedEncoding = true;
    if (length !== undefined)
      this.#lengthGiven = +length;
    if (this.sendDate && seen.date === undefined)
      line('Date', utcDate());
    if (!this._hasBody && (this.statusCode === 204 || this.statusCode === 304 ||
                           this.statusCode < 200))
      this.chunkedEncoding = false;

    // How long the body is.
    let framing = '';
    if (length === undefined && encoding === undefined) {
      if (!this._hasBody) {
        this.chunkedEncoding = false;
      } else if (!this.useChunkedEncodingByDefault && this._isUnframed()) {
        // The end of the connection is the end of a body, if there is one.
      } else if (this.#trailer === '' && !this._removedContLen &&
                 typeof this._contentLength === 'number') {
        if (this._contentLength > 0 || this.useChunkedEncodingByDefault)
          framing = `Content-Length: ${this._contentLength}\r\n`;
      } else if (!this._removedTE) {
        framing = 'Transfer-Encoding: chunked\r\n';
        this.chunkedEncoding = true;
      } else {
        this._last = true;
      }
    }

    // Whether another message may follow.
    if (connection !== undefined) {
      if (matches(closeWanted, connection))
        this._last = true;
      else
        this.shouldKeepAlive = true;
    } else if (this._removedConnection) {
      this._last = this._last || !this.shouldKeepAlive;
    } else if (this.shouldKeepAlive && !this._last && !this.maxRequestsOnConnectionReached) {
      line('Connection', 'keep-alive');
      if (this._keepAliveTimeout > 0 && seen['keep-alive'] === undefined)
        line('Keep-Alive', `timeout=${primordials.MathFloor(this._keepAliveTimeout / 1000)}`);
    } else {
      this._last = true;
      line('Connection', 'close');
    }
    if (this.#trailer !== '' && !this.chunkedEncoding)
      throw new ERR_HTTP_TRAILER_INVALID();
    this._header = `${text}${framing}\r\n`;
  }

  // Of one whose body is not framed by default.
  _isUnframed() {
    this._last = true;
    return true;
  }

  flushHeaders() {
    if (this._header === null)
      this._implicitHeader();
    if (!this.#headOut)
      this.#send([], undefined);
  }

  _implicitHeader() {
    throw new ERR_METHOD_NOT_IMPLEMENTED('_implicitHeader()');
  }

  // -- body -------------------------------------------------------------------------------

  write(chunk, encoding = undefined, callback = undefined) {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = undefined;
    }
    return this.#write(bytesOf(chunk, encoding), callback);
  }

  #write(bytes, callback) {
    let error;
    if (this.finished)
      error = new ERR_STREAM_WRITE_AFTER_END();
    else if (this.destroyed)
      error = new ERR_STREAM_DESTROYED('write');
    if (error !== undefined) {
      const { destroyed } = this;
      nextTick(() => {
        if (callback !== undefined)
          callback(error);
        if (!destroyed)
          this.emit('error', error);
      });
      return false;
    }
    const length = TypedArrayPrototypeGetByteLength(bytes);
    if (this._header === null)
      this._implicitHeader();
    if (!this._hasBody) {
      if (this.rejectNonStandardBodyWrites)
        throw new ERR_HTTP_BODY_NOT_ALLOWED();
      if (callback !== undefined)
        nextTick(callback);
      return true;
    }
    this.#bodyBytes += length;
    if (this.strictContentLength && this.#lengthGiven >= 0 &&
        this.#bodyBytes > this.#lengthGiven)
      throw new ERR_HTTP_CONTENT_LENGTH_MISMATCH(this.#bodyBytes, this.#lengthGiven);
    if (length === 0) {
      if (!this.#headOut)
        return this.#send([], callback);
      if (callback !== undefined)
        nextTick(callback);
      return true;
    }
    if (!this.chunkedEncoding)
      return this.#send([bytes], callback);
    return this.#send(
      [latin1(`${NumberPrototypeToString(length, 16)}\r\n`), bytes, lineEnd], callback);
  }

  // To the socket, or to where it waits for one; the head goes first.
  #send(list, callback) {
    if (!this.#headOut) {
      this.#headOut = true;
      primordials.ArrayPrototypeUnshift(list, latin1(this._header));
    }
    let room;
    if (this.socket !== null && this._mayWrite()) {
      room = !this.socket.destroyed && this.socket._writeAll(list, callback);
    } else {
      for (let i = 0; i < list.length; ++i)
        this.#queued += TypedArrayPrototypeGetByteLength(list[i]);
      ArrayPrototypePush(this.#pieces, { list, callback });
      room = this.#queued < highWaterMark;
    }
    if (!room)
      this.#wantsDrain = true;
    return room;
  }

  _mayWrite() {
    return true;
  }

  // It has its socket now.
  _flush() {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#queued = 0;
    let room = true;
    for (let i = 0; i < pieces.length && !this.socket.destroyed; ++i)
      room = this.socket._writeAll(pieces[i].list, pieces[i].callback);
    if (room)
      this._drained();
  }

  _drained() {
    if (this.#wantsDrain && !this.destroyed && !this.finished) {
      this.#wantsDrain = false;
      this.emit('drain');
    }
  }

  end(chunk = undefined, encoding = undefined, callback = undefined) {
    if (typeof chunk === 'function') {
      callback = chunk;
      chunk = undefined;
    } else if (typeof encoding === 'function') {
      callback = encoding;
      encoding = undefined;
    }
    const has = chunk !== undefined && chunk !== null;
    const bytes = has ? bytesOf(chunk, encoding) : undefined;
    if (this.finished) {
      const error = has ? new ERR_STREAM_WRITE_AFTER_END() :
        new ERR_STREAM_ALREADY_FINISHED('end');
      if (typeof callback === 'function') {
        if (!this.#ended)
          this.once('finish', callback);
        else
          callback(error);
      } else if (has) {
        nextTick(() => this.emit('error', error));
      }
      return this;
    }
    if (this._header === null) {
      this._contentLength = has ? TypedArrayPrototypeGetByteLength(bytes) : 0;
      this._implicitHeader();
    }
    if (has)
      this.#write(bytes, undefined);
    if (this.strictContentLength && this._hasBody && this.#lengthGiven >= 0 &&
        this.#bodyBytes !== this.#lengthGiven)
      throw new ERR_HTTP_CONTENT_LENGTH_MISMATCH(this.#bodyBytes, this.#lengthGiven);
    if (typeof callback === 'function')
      this.once('finish', callback);
    this.finished = true;
    const last = this._hasBody && this.chunkedEncoding ?
      [latin1(`0\r\n${this.#trailer}\r\n`)] : [];
    const done = (error) => {
      if (error === undefined || error === null)
        this.#finish();
    };
    this.#send(last, done);
    this._allQueued();
    return this;
  }

  // end() was called, and everything is on its way.
  _allQueued() {}

  #finish() {
    if (this.#finishing || this.destroyed && this.socket === null && !this._hasBody)
      return;
    this.#finishing = true;
    this.emit('prefinish');
    this.#ended = true;
    this._finished();
    this.emit('finish');
  }

  _finished() {}

  cork() {}

  uncork() {}

  pipe() {
    this.emit('error', new ERR_STREAM_CANNOT_PIPE());
  }

  // -- its end ----------------------------------------------------------------------------

  setTimeout(ms, callback = undefined) {
    if (callback !== undefined)
      this.on('timeout', callback);
    if (this.socket !== null)
      this.socket.setTimeout(ms);
    else
      this.once('socket', (socket) => socket.setTimeout(ms));
    return this;
  }

  destroy(error = undefined) {
    if (this.destroyed)
      return this;
    this.destroyed = true;
    this.errored = error ?? null;
    if (this.socket !== null)
      this.socket.destroy(error);
    else
      this.once('socket', (socket) => socket.destroy(error));
    return this;
  }
}

module.exports = { OutgoingMessage };

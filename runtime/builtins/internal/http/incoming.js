'use strict';

// `http.IncomingMessage`: a request at its server, a response at its client.

const {
  ArrayPrototypePush,
  ObjectHasOwn,
  ObjectDefineProperty,
  SetPrototypeHas,
  Set,
  StringPrototypeToLowerCase,
} = primordials;

const { connectionReset } = require('internal/http/errors');
const { Readable } = require('internal/http/readable');

// Of these the first one counts.
const singles = new Set([
  'age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host',
  'if-modified-since', 'if-unmodified-since', 'last-modified', 'location', 'max-forwards',
  'proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent',
]);

// Whatever its name is: `__proto__` is one too.
function put(to, name, value) {
  ObjectDefineProperty(to, name, {
    __proto__: null, value, writable: true, enumerable: true, configurable: true,
  });
}

function joined(raw, joinsAll) {
  const made = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = StringPrototypeToLowerCase(raw[i]);
    const value = raw[i + 1];
    const isThere = ObjectHasOwn(made, name);
    if (name === 'set-cookie') {
      if (isThere)
        ArrayPrototypePush(made[name], value);
      else
        made[name] = [value];
    } else if (!isThere) {
      put(made, name, value);
    } else if (name === 'cookie') {
      made[name] += `; ${value}`;
    } else if (joinsAll || !SetPrototypeHas(singles, name)) {
      put(made, name, `${made[name]}, ${value}`);
    }
  }
  return made;
}

function distinct(raw) {
  const made = { __proto__: null };
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = StringPrototypeToLowerCase(raw[i]);
    if (made[name] === undefined)
      made[name] = [];
    ArrayPrototypePush(made[name], raw[i + 1]);
  }
  return made;
}

class IncomingMessage extends Readable {
  #headers;
  #trailers;
  #headersDistinct;
  #trailersDistinct;
  #dumped = false;
  #keepsSocket = false;

  constructor(socket, options = undefined) {
    super(options);
    this.socket = socket;
    this.httpVersionMajor = null;
    this.httpVersionMinor = null;
    this.httpVersion = null;
    this.complete = false;
    this.rawHeaders = [];
    this.rawTrailers = [];
    this.joinDuplicateHeaders = false;
    this.aborted = false;
    this.upgrade = null;
    this.url = '';
    this.method = null;
    this.statusCode = null;
    this.statusMessage = null;
    this.client = socket;
    this._isRequest = false;
    this._clientRequest = undefined;
  }

  get connection() {
    return this.socket;
  }

  set connection(socket) {
    this.socket = socket;
  }

  get headers() {
    this.#headers ??= joined(this.rawHeaders, this.joinDuplicateHeaders);
    return this.#headers;
  }

  set headers(to) {
    this.#headers = to;
  }

  get headersDistinct() {
    this.#headersDistinct ??= distinct(this.rawHeaders);
    return this.#headersDistinct;
  }

  set headersDistinct(to) {
    this.#headersDistinct = to;
  }

  get trailers() {
    this.#trailers ??= joined(this.rawTrailers, this.joinDuplicateHeaders);
    return this.#trailers;
  }

  set trailers(to) {
    this.#trailers = to;
  }

  get trailersDistinct() {
    this.#trailersDistinct ??= distinct(this.rawTrailers);
    return this.#trailersDistinct;
  }

  set trailersDistinct(to) {
    this.#trailersDistinct = to;
  }

  setTimeout(ms, callback = undefined) {
    if (callback !== undefined)
      this.on('timeout', callback);
    this.socket?.setTimeout(ms);
    return this;
  }

  _read() {
    if (this.socket !== null && !this.complete)
      this.socket._readMore(true);
  }

  _destroy(error, done) {
    if (!this.readableEnded || !this.complete) {
      this.aborted = true;
      this.emit('aborted');
    }
    // Without its rest, the connection is of no use.
    if (this.socket !== null && !this.socket.destroyed && this.aborted) {
      if (!this.#keepsSocket)
        this.socket.destroy(this._isRequest ? undefined : error ?? undefined);
      error ??= this._isRequest || this.complete ? null : connectionReset('aborted');
    }
    if (error !== null && this.listenerCount('error') === 0)
      error = null;
    done(error);
  }

  // The connection went away before it was over.
  _lose() {
    if (!this.destroyed)
      this.destroy(connectionReset('aborted'));
  }

  // No more of it can be read; the connection has still something to say.
  _isLost() {
    this.#keepsSocket = true;
    this._lose();
  }

  _ended() {
    // A request goes with its response.
    if (!this._isRequest)
      this.destroy();
  }

  // Nobody reads it: what comes is dropped.
  _dump() {
    if (this.#dumped)
      return;
    this.#dumped = true;
    this.removeAllListeners('data');
    this.resume();
  }
}

module.exports = { IncomingMessage };

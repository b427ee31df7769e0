'use strict';

// `http.Agent`: which connections requests go over.

const {
  ArrayPrototypeIndexOf,
  ArrayPrototypePop,
  ArrayPrototypePush,
  ArrayPrototypeShift,
  ArrayPrototypeSplice,
  Number,
  ObjectKeys,
  RegExpPrototypeExec,
} = primordials;

const EventEmitter = require('internal/events');
const { Socket } = require('internal/net');
const { validateNumber, validateOneOf } = require('internal/validators');

const timeoutHint = /^timeout=(\d+)/;

function drop(table, name, item) {
  const list = table[name];
  const at = list === undefined ? -1 : ArrayPrototypeIndexOf(list, item);
  if (at < 0)
    return false;
  ArrayPrototypeSplice(list, at, 1);
  if (list.length === 0)
    delete table[name];
  return true;
}

function put(table, name, item) {
  table[name] ??= [];
  ArrayPrototypePush(table[name], item);
}

class Agent extends EventEmitter {
  constructor(options = undefined) {
    super();
    this.defaultPort = 80;
    this.protocol = 'http:';
    this.options = { __proto__: null, ...options };
    if (this.options.noDelay === undefined)
      this.options.noDelay = true;
    this.options.path = null;
    this.requests = { __proto__: null };
    this.sockets = { __proto__: null };
    this.freeSockets = { __proto__: null };
    this.keepAliveMsecs = this.options.keepAliveMsecs || 1000;
    this.keepAlive = this.options.keepAlive || false;
    this.maxSockets = this.options.maxSockets || Infinity;
    this.maxFreeSockets = this.options.maxFreeSockets || 256;
    this.scheduling = this.options.scheduling || 'lifo';
    this.maxTotalSockets = this.options.maxTotalSockets;
    this.totalSocketCount = 0;
    this.agentKeepAliveTimeoutBuffer =
      typeof this.options.agentKeepAliveTimeoutBuffer === 'number' &&
      this.options.agentKeepAliveTimeoutBuffer >= 0 ?
        this.options.agentKeepAliveTimeoutBuffer : 1000;
    validateOneOf(this.scheduling, 'scheduling', ['fifo', 'lifo']);
    if (this.maxTotalSockets !== undefined)
      validateNumber(this.maxTotalSockets, 'maxTotalSockets', 1);
    else
      this.maxTotalSockets = Infinity;
    this.on('free', (socket, given) => this.#free(socket, given));
  }

  createConnection(options, callback = undefined) {
    const socket = new Socket(options);
    if (options.noDelay)
      socket.once('connect', () => socket.setNoDelay(true));
    if (options.keepAlive)
      socket.once('connect', () => socket.setKeepAlive(true, this.keepAliveMsecs));
    return socket.connect(options.socketPath ? { path: options.socketPath } : options, callback);
  }

  getName(options = {}) {
    let name = `${options.host || 'localhost'}:${options.port || ''}:${
      options.localAddress || ''}`;
    if (options.family === 4 || options.family === 6)
      name += `:${options.family}`;
    if (options.socketPath)
      name += `:${options.socketPath}`;
    return name;
  }

  addRequest(request, given) {
    const options = { __proto__: null, ...given, ...this.options };
    if (options.socketPath === undefined && given.socketPath)
      options.socketPath = given.socketPath;
    const name = this.getName(options);
    const free = this.freeSockets[name];
    let socket;
    while (free !== undefined && free.length > 0 && socket === undefined) {
      const next = this.scheduling === 'fifo' ? ArrayPrototypeShift(free) :
        ArrayPrototypePop(free);
      if (!next.destroyed && next.writable)
        socket = next;
    }
    if (free !== undefined && free.length === 0)
      delete this.freeSockets[name];
    if (socket !== undefined) {
      socket._freed = false;
      socket.setTimeout(0);
      this.reuseSocket(socket, request);
      put(this.sockets, name, socket);
      request.onSocket(socket);
      return;
    }
    if ((this.sockets[name]?.length ?? 0) < this.maxSockets &&
        this.totalSocketCount < this.maxTotalSockets) {
      this.#create(request, options, name);
    } else {
      request._agentOptions = options;
      put(this.requests, name, request);
    }
  }

  #create(request, options, name) {
    let isDone = false;
    const done = (error, socket) => {
      if (isDone)
        return;
      isDone = true;
      if (error) {
        request.onSocket(null, error);
        return;
      }
      this.#install(socket, options, name);
      request.onSocket(socket);
    };
    const { createConnection } = options;
    // As one that was made for this host.
    const made = typeof createConnection === 'function' ? createConnection(options, done) :
      this.createConnection(options);
    if (made)
      done(null, made);
  }

  #install(socket, options, name) {
    put(this.sockets, name, socket);
    ++this.totalSocketCount;
    socket._agentName = name;
    const forget = () => {
      socket.removeListener('close', forget);
      socket.removeListener('agentRemove', forget);
      drop(this.freeSockets, name, socket);
      drop(this.sockets, name, socket);
      --this.totalSocketCount;
      const waiting = this.requests[name];
      if (waiting !== undefined) {
        const next = ArrayPrototypeShift(waiting);
        if (waiting.length === 0)
          delete this.requests[name];
        if (next.destroyed)
          next.onSocket(null);
        else
          this.#create(next, next._agentOptions, name);
      }
    };
    socket.on('close', forget);
    socket.on('agentRemove', forget);
    socket.on('timeout', () => {
      if (socket._freed)
        socket.destroy();
    });
  }

  #free(socket) {
    const name = socket._agentName;
    if (socket.destroyed || !socket.writable) {
      socket.destroy();
      return;
    }
    let waiting = this.requests[name];
    while (waiting !== undefined) {
      const next = ArrayPrototypeShift(waiting);
      if (waiting.length === 0) {
        delete this.requests[name];
        waiting = undefined;
      }
      if (next.destroyed) {
        next.onSocket(null);
        continue;
      }
      this.reuseSocket(socket, next);
      next.onSocket(socket);
      return;
    }
    if (!this.keepAlive || (this.freeSockets[name]?.length ?? 0) >= this.maxFreeSockets ||
        this.totalSocketCount > this.maxTotalSockets || !this.keepSocketAlive(socket)) {
      socket.destroy();
      return;
    }
    drop(this.sockets, name, socket);
    put(this.freeSockets, name, socket);
    socket._freed = true;
    // Whatever happens to it now, it is of no use any more.
    socket._consume(() => socket.destroy());
    socket._parse(0);
    socket._readMore(true);
  }

  keepSocketAlive(socket) {
    socket.setKeepAlive(true, this.keepAliveMsecs);
    socket.unref();
    let ms = this.options.timeout || 0;
    const hint = socket._keepAliveHint === undefined ? null :
      RegExpPrototypeExec(timeoutHint, socket._keepAliveHint);
    if (hint !== null) {
      const told = Number(hint[1]) * 1000 - this.agentKeepAliveTimeoutBuffer;
      if (told <= 0)
        return false;
      if (ms === 0 || told < ms)
        ms = told;
    }
    socket.setTimeout(ms);
    return true;
  }

  reuseSocket(socket, request) {
    request.reusedSocket = true;
    socket.ref();
  }

  // A request that is over before it had a socket.
  _withdraw(request) {
    const keys = ObjectKeys(this.requests);
    for (let i = 0; i < keys.length; ++i)
      drop(this.requests, keys[i], request);
  }

  destroy() {
    const tables = [this.freeSockets, this.sockets];
    for (let t = 0; t < tables.length; ++t) {
      const keys = ObjectKeys(tables[t]);
      for (let i = 0; i < keys.length; ++i) {
        const list = primordials.ArrayPrototypeSlice(tables[t][keys[i]]);
        for (let k = 0; k < list.length; ++k)
          list[k].destroy();
      }
    }
  }
}

const shared = { __proto__: null, agent: undefined };

function globalAgent() {
  shared.agent ??= new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5000 });
  return shared.agent;
}

function setGlobalAgent(agent) {
  shared.agent = agent;
}

module.exports = { Agent, globalAgent, setGlobalAgent };

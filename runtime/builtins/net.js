'use strict';

// `node:net` as far as HTTP and children need sockets (https://nodejs.org/api/net.html).

const { ObjectDefineProperty, ObjectSetPrototypeOf, ReflectApply, ReflectConstruct } = primordials;

const { Server: Listener, Socket, familyOf } = require('internal/net');
const { validateObject } = require('internal/validators');

class Server extends Listener {
  #options;

  constructor(options = undefined, listener = undefined) {
    super();
    if (typeof options === 'function') {
      listener = options;
      options = undefined;
    } else if (options !== undefined && options !== null) {
      validateObject(options, 'options');
    }
    this.#options = { allowHalfOpen: options?.allowHalfOpen === true };
    if (typeof listener === 'function')
      this.on('connection', listener);
  }

  _optionsOfSockets() {
    return this.#options;
  }
}

// May be called without `new`, as in Node.
function callable(Class) {
  function Made(...args) {
    return ReflectConstruct(Class, args, new.target ?? Made);
  }
  ObjectDefineProperty(Made, 'name', { __proto__: null, value: Class.name, configurable: true });
  Made.prototype = Class.prototype;
  ObjectDefineProperty(Class.prototype, 'constructor',
                       { __proto__: null, value: Made, writable: true, configurable: true });
  ObjectSetPrototypeOf(Made, Class);
  return Made;
}

const PublicServer = callable(Server);
const PublicSocket = callable(Socket);

function createServer(options, listener) {
  return new PublicServer(options, listener);
}

function connect(...args) {
  const first = args[0];
  const options = first !== null && typeof first === 'object' ? first : undefined;
  const socket = new PublicSocket(options);
  if (options?.timeout)
    socket.setTimeout(options.timeout);
  return ReflectApply(socket.connect, socket, args);
}

const isIP = (input) => familyOf(`${input}`);

module.exports = {
  Server: PublicServer,
  Socket: PublicSocket,
  Stream: PublicSocket,
  connect,
  createConnection: connect,
  createServer,
  isIP,
  isIPv4: (input) => isIP(input) === 4,
  isIPv6: (input) => isIP(input) === 6,
};

'use strict';

const { ObjectDefineProperty } = primordials;

const { Agent, globalAgent, setGlobalAgent } = require('internal/http/agent');
const { ClientRequest } = require('internal/http/client');
const {
  METHODS, STATUS_CODES, maxHeaderSize, validateHeaderName, validateHeaderValue,
} = require('internal/http/common');
const { IncomingMessage } = require('internal/http/incoming');
const { OutgoingMessage } = require('internal/http/outgoing');
const { Server, ServerResponse } = require('internal/http/server');

function createServer(options, listener) {
  return new Server(options, listener);
}

function request(input, options, callback) {
  return new ClientRequest(input, options, callback);
}

function get(input, options, callback) {
  const made = request(input, options, callback);
  made.end();
  return made;
}

module.exports = {
  METHODS: primordials.ArrayPrototypeSlice(METHODS),
  STATUS_CODES,
  Agent,
  ClientRequest,
  IncomingMessage,
  OutgoingMessage,
  Server,
  ServerResponse,
  createServer,
  validateHeaderName,
  validateHeaderValue,
  get,
  request,
};
ObjectDefineProperty(module.exports, 'maxHeaderSize', {
  __proto__: null, value: maxHeaderSize, enumerable: true, configurable: true,
});
ObjectDefineProperty(module.exports, 'globalAgent', {
  __proto__: null, get: globalAgent, set: setGlobalAgent, enumerable: true, configurable: true,
});

'use strict';

// Codes of sockets, streams and HTTP (https://nodejs.org/api/errors.html).

const { Error, RangeError, TypeError } = primordials;

const { E, describe } = require('internal/errors');
const { codes } = require('internal/streams/errors');

E('ERR_HTTP_BODY_NOT_ALLOWED', 'Adding content for this request method or response status is ' +
  'not allowed.', Error);
E('ERR_HTTP_CONTENT_LENGTH_MISMATCH', (body, length) =>
  `Response body's content-length of ${body} byte(s) does not match the content-length of ${
    length} byte(s) set in header`, Error);
E('ERR_HTTP_HEADERS_SENT', (doing) =>
  `Cannot ${doing} headers after they are sent to the client`, Error);
E('ERR_HTTP_INVALID_HEADER_VALUE', (value, name) =>
  `Invalid value "${value}" for header "${name}"`, TypeError);
E('ERR_HTTP_INVALID_STATUS_CODE', (status) => `Invalid status code: ${status}`, RangeError);
E('ERR_HTTP_REQUEST_TIMEOUT', 'Request timeout', Error);
E('ERR_HTTP_SOCKET_ASSIGNED', 'ServerResponse has an already assigned socket', Error);
E('ERR_HTTP_TRAILER_INVALID', 'Trailers are invalid with this transfer encoding', Error);
E('ERR_INVALID_CHAR', (name, field) =>
  `Invalid character in ${name}${field === undefined ? '' : ` ["${field}"]`}`, TypeError);
E('ERR_INVALID_HTTP_TOKEN', (name, field) =>
  `${name} must be a valid HTTP token ["${field}"]`, TypeError);
E('ERR_INVALID_PROTOCOL', (protocol, expected) =>
  `Protocol "${protocol}" not supported. Expected "${expected}"`, TypeError);
E('ERR_SERVER_ALREADY_LISTEN', 'Listen method has been called more than once without closing.',
  Error);
E('ERR_SERVER_NOT_RUNNING', 'Server is not running.', Error);
E('ERR_SOCKET_BAD_PORT', (name, port, allowZero = true) =>
  `${name} should be ${allowZero ? '>=' : '>'} 0 and < 65536. Received ${describe(port)}.`,
  RangeError);
E('ERR_UNESCAPED_CHARACTERS', (name) => `${name} contains unescaped characters`, TypeError);

// What the system says, [errno, code, words], as an Error.
function systemError(failure, syscall, address = undefined, port = undefined) {
  const { 0: errno, 1: code, 2: words } = failure;
  let text = `${syscall} ${code}`;
  if (syscall === 'listen')
    text += `: ${words}`;
  if (address !== undefined)
    text += ` ${address}${port !== undefined && port >= 0 ? `:${port}` : ''}`;
  const error = new Error(text);
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  if (address !== undefined)
    error.address = address;
  if (port !== undefined && port >= 0)
    error.port = port;
  return error;
}

function connectionReset(message) {
  const error = new Error(message);
  error.code = 'ECONNRESET';
  return error;
}

module.exports = { codes, connectionReset, systemError };

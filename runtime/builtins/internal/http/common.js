'use strict';

// Names, numbers and checks of HTTP (https://nodejs.org/api/http.html).

const { ArrayIsArray, RegExpPrototypeExec, StringPrototypeToLowerCase } = primordials;

const { codes } = require('internal/http/errors');
const { validateString } = require('internal/validators');
const { ERR_HTTP_INVALID_HEADER_VALUE, ERR_INVALID_CHAR, ERR_INVALID_HTTP_TOKEN } = codes;

const METHODS = [
  'ACL', 'BIND', 'CHECKOUT', 'CONNECT', 'COPY', 'DELETE', 'GET', 'HEAD', 'LINK', 'LOCK',
  'M-SEARCH', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE', 'NOTIFY', 'OPTIONS', 'PATCH',
  'POST', 'PROPFIND', 'PROPPATCH', 'PURGE', 'PUT', 'QUERY', 'REBIND', 'REPORT', 'SEARCH',
  'SOURCE', 'SUBSCRIBE', 'TRACE', 'UNBIND', 'UNLINK', 'UNLOCK', 'UNSUBSCRIBE',
];

const STATUS_CODES = {
  100: 'Continue', 101: 'Switching Protocols', 102: 'Processing', 103: 'Early Hints',
  200: 'OK', 201: 'Created', 202: 'Accepted', 203: 'Non-Authoritative Information',
  204: 'No Content', 205: 'Reset Content', 206: 'Partial Content', 207: 'Multi-Status',
  208: 'Already Reported', 226: 'IM Used', 300: 'Multiple Choices', 301: 'Moved Permanently',
  302: 'Found', 303: 'See Other', 304: 'Not Modified', 305: 'Use Proxy',
  307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Unauthorized',
  402: 'Payment Required', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed',
  406: 'Not Acceptable', 407: 'Proxy Authentication Required', 408: 'Request Timeout',
  409: 'Conflict', 410: 'Gone', 411: 'Length Required', 412: 'Precondition Failed',
  413: 'Payload Too Large', 414: 'URI Too Long', 415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable', 417: 'Expectation Failed', 418: 'I\'m a Teapot',
  421: 'Misdirected Request', 422: 'Unprocessable Entity', 423: 'Locked',
  424: 'Failed Dependency', 425: 'Too Early', 426: 'Upgrade Required',
  428: 'Precondition Required', 429: 'Too Many Requests', 431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons', 500: 'Internal Server Error', 501: 'Not Implemented',
  502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported', 506: 'Variant Also Negotiates', 507: 'Insufficient Storage',
  508: 'Loop Detected', 509: 'Bandwidth Limit Exceeded', 510: 'Not Extended',
  511: 'Network Authentication Required',
};

const maxHeaderSize = 16384;
const maxHeadersDefault = 2000;

const token = /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/;
const badChar = /[^\t\x20-\x7e\x80-\xff]/;
const continueWanted = /(?:^|\W)100-continue(?:$|\W)/i;
const chunkedLast = /(?:^|\W)chunked(?:$|\W)/i;
const closeWanted = /(?:^|\W)close(?:$|\W)/i;
const badPath = /[^\u0021-\u00ff]/;

const matches = (pattern, text) => RegExpPrototypeExec(pattern, text) !== null;
const isToken = (text) => matches(token, text);
const hasBadChar = (text) => matches(badChar, text);

function validateHeaderName(name, label = 'Header name') {
  if (typeof name !== 'string' || !isToken(name))
    throw new ERR_INVALID_HTTP_TOKEN(label, name);
}

function validateHeaderValue(name, value) {
  if (value === undefined)
    throw new ERR_HTTP_INVALID_HEADER_VALUE(value, name);
  if (hasBadChar(`${value}`))
    throw new ERR_INVALID_CHAR('header content', name);
}

// A value, or an array of several.
function validateHeader(name, value) {
  validateHeaderName(name);
  if (!ArrayIsArray(value)) {
    validateHeaderValue(name, value);
    return;
  }
  for (let i = 0; i < value.length; ++i)
    validateHeaderValue(name, value[i]);
}

function lower(name) {
  validateString(name, 'name');
  return StringPrototypeToLowerCase(name);
}

module.exports = {
  METHODS,
  STATUS_CODES,
  badPath,
  chunkedLast,
  closeWanted,
  continueWanted,
  hasBadChar,
  isToken,
  lower,
  matches,
  maxHeaderSize,
  maxHeadersDefault,
  validateHeader,
  validateHeaderName,
  validateHeaderValue,
};

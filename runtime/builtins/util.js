'use strict';

const { ArrayIsArray, ObjectAssign } = primordials;

const {
  callbackify, deprecate, inherits, promisify, toUSVString,
} = require('internal/util');
const {
  format, formatWithOptions, inspect, stripVTControlCharacters,
} = require('internal/util/inspect');
const { getCallSites } = require('internal/util/call_sites');
const { isDeepStrictEqual } = require('internal/util/comparisons');
const { debuglog } = require('internal/util/debuglog');
const { diff } = require('internal/util/difference');
const { parseArgs } = require('internal/util/parse_args');
const { parseEnv } = require('internal/util/parse_env');
const { styleText } = require('internal/util/style_text');
const { TextDecoder, TextEncoder } = require('internal/encoding');
const { aborted } = require('internal/abort_controller');
const {
  getSystemErrorMap, getSystemErrorMessage, getSystemErrorName,
} = require('internal/util/system_errors');

// Deprecated: `Object.assign` for a source that may be nothing.
function _extend(target, source) {
  return source !== null && typeof source === 'object' ? ObjectAssign(target, source) : target;
}

module.exports = {
  TextDecoder,
  TextEncoder,
  _extend,
  aborted,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  diff,
  format,
  formatWithOptions,
  getCallSites,
  getSystemErrorMap,
  getSystemErrorMessage,
  getSystemErrorName,
  inherits,
  inspect,
  isArray: ArrayIsArray,
  isDeepStrictEqual,
  parseArgs,
  parseEnv,
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString,
  types: require('util/types'),
};

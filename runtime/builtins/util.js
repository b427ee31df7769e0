'use strict';

const { ArrayIsArray, ObjectAssign, ObjectKeys } = primordials;

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
const { parseEnv } = require('internal/util/parse_env');
const { TextDecoder, TextEncoder } = require('internal/encoding');
const { aborted } = require('internal/abort_controller');
const {
  getSystemErrorMap, getSystemErrorMessage, getSystemErrorName,
} = require('internal/util/system_errors');
const { validateOneOf, validateString } = require('internal/validators');

function styleText(style, text) {
  validateString(text, 'text');
  const list = ArrayIsArray(style) ? style : [style];
  let before = '';
  let after = '';
  for (let i = 0; i < list.length; ++i) {
    const codes = inspect.colors[list[i]];
    if (codes === undefined)
      validateOneOf(list[i], 'format', ObjectKeys(inspect.colors));
    before += `\u001b[${codes[0]}m`;
    after = `\u001b[${codes[1]}m${after}`;
  }
  return `${before}${text}${after}`;
}

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
  parseEnv,
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString,
  types: require('util/types'),
};

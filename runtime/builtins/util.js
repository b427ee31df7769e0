'use strict';

const { ArrayIsArray, ObjectDefineProperty } = primordials;

const {
  callbackify, deprecate, inherits, promisify, toUSVString,
} = require('internal/util');
const {
  format, formatWithOptions, inspect, stripVTControlCharacters,
} = require('internal/util/inspect');
const { isDeepStrictEqual } = require('internal/util/comparisons');
const { parseArgs } = require('internal/util/parse_args');
const { styleText } = require('internal/util/style_text');

// No environment variables here, so no section is ever on.
function debuglog() {
  const log = () => {};
  ObjectDefineProperty(log, 'enabled',
                       { __proto__: null, value: false, configurable: true, enumerable: true });
  return log;
}

module.exports = {
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  inherits,
  inspect,
  isArray: ArrayIsArray,
  isDeepStrictEqual,
  parseArgs,
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString,
  types: require('util/types'),
};

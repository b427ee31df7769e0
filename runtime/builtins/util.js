'use strict';

const { ArrayIsArray, ObjectDefineProperty, ObjectKeys } = primordials;

const {
  callbackify, deprecate, inherits, promisify, toUSVString,
} = require('internal/util');
const {
  format, formatWithOptions, inspect, stripVTControlCharacters,
} = require('internal/util/inspect');
const { isDeepStrictEqual } = require('internal/util/comparisons');
const { validateOneOf, validateString } = require('internal/validators');

// No environment variables here, so no section is ever on.
function debuglog() {
  const log = () => {};
  ObjectDefineProperty(log, 'enabled',
                       { __proto__: null, value: false, configurable: true, enumerable: true });
  return log;
}

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
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString,
  types: require('util/types'),
};

'use strict';

// Checks of arguments, with Node's errors. Each takes the value and the argument's name
// (`options.timeout` for a property), and leaves its own frame out of the stack.

const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  NumberIsInteger,
  NumberIsNaN,
  NumberMAX_SAFE_INTEGER,
  NumberMIN_SAFE_INTEGER,
  NumberParseInt,
  ObjectPrototypeHasOwnProperty,
  RegExpPrototypeExec,
  String,
} = primordials;

const { codes, recapture } = require('internal/errors');
const { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } = codes;
const { isArrayBufferView, isAsyncFunction } = require('internal/util/types');

// -- primitives -------------------------------------------------------------------------

function validateString(value, name) {
  if (typeof value !== 'string')
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'string', value), validateString);
}

function validateBoolean(value, name) {
  if (typeof value !== 'boolean')
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'boolean', value), validateBoolean);
}

function validateSymbol(value, name) {
  if (typeof value !== 'symbol')
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'symbol', value), validateSymbol);
}

function validateNumber(value, name, min = undefined, max = undefined) {
  if (typeof value !== 'number')
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'number', value), validateNumber);
  const hasMin = min !== undefined && min !== null;
  const hasMax = max !== undefined && max !== null;
  if ((hasMin && value < min) || (hasMax && value > max) ||
      ((hasMin || hasMax) && NumberIsNaN(value))) {
    const range = `${hasMin ? `>= ${min}` : ''}${hasMin && hasMax ? ' && ' : ''}${
      hasMax ? `<= ${max}` : ''}`;
    throw recapture(new ERR_OUT_OF_RANGE(name, range, value), validateNumber);
  }
}

function wholeNumber(value, name, min, max, above) {
  if (typeof value !== 'number')
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'number', value), above);
  if (!NumberIsInteger(value))
    throw recapture(new ERR_OUT_OF_RANGE(name, 'an integer', value), above);
  if (value < min || value > max)
    throw recapture(new ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, value), above);
}

function validateInteger(value, name, min = NumberMIN_SAFE_INTEGER,
                         max = NumberMAX_SAFE_INTEGER) {
  wholeNumber(value, name, min, max, validateInteger);
}

function validateInt32(value, name, min = -2147483648, max = 2147483647) {
  wholeNumber(value, name, min, max, validateInt32);
}

// `positive`: 0 is out of range too.
function validateUint32(value, name, positive = false) {
  wholeNumber(value, name, positive ? 1 : 0, 4294967295, validateUint32);
}

function validateOneOf(value, name, oneOf) {
  if (ArrayPrototypeIncludes(oneOf, value))
    return;
  const quoted = [];
  for (let i = 0; i < oneOf.length; ++i)
    ArrayPrototypePush(quoted, typeof oneOf[i] === 'string' ? `'${oneOf[i]}'` : String(oneOf[i]));
  throw recapture(new ERR_INVALID_ARG_VALUE(
    name, value, `must be one of: ${ArrayPrototypeJoin(quoted, ', ')}`), validateOneOf);
}

// -- objects ----------------------------------------------------------------------------

// What else than a plain object will do.
const kValidateObjectNone = 0;
const kValidateObjectAllowNullable = 1;
const kValidateObjectAllowArray = 2;
const kValidateObjectAllowFunction = 4;
const kValidateObjectAllowObjects = kValidateObjectAllowArray | kValidateObjectAllowFunction;
const kValidateObjectAllowObjectsAndNull =
  kValidateObjectAllowObjects | kValidateObjectAllowNullable;

function validateObject(value, name, options = kValidateObjectNone) {
  if (typeof value === 'object') {
    if (value === null ? (options & kValidateObjectAllowNullable) !== 0 :
      (options & kValidateObjectAllowArray) !== 0 || !ArrayIsArray(value))
      return;
  } else if (typeof value === 'function' && (options & kValidateObjectAllowFunction) !== 0) {
    return;
  }
  throw recapture(new ERR_INVALID_ARG_TYPE(name, 'Object', value), validateObject);
}

function validateArray(value, name, minLength = 0) {
  if (!ArrayIsArray(value))
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'Array', value), validateArray);
  if (value.length < minLength)
    throw recapture(new ERR_INVALID_ARG_VALUE(
      name, value, `must be longer than ${minLength}`), validateArray);
}

function everyItem(value, name, check, above) {
  if (!ArrayIsArray(value))
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'Array', value), above);
  for (let i = 0; i < value.length; ++i)
    check(value[i], `${name}[${i}]`);
}

function validateStringArray(value, name) {
  everyItem(value, name, validateString, validateStringArray);
}

function validateBooleanArray(value, name) {
  everyItem(value, name, validateBoolean, validateBooleanArray);
}

function validateFunction(value, name) {
  if (typeof value !== 'function')
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'Function', value), validateFunction);
}

function validatePlainFunction(value, name) {
  if (typeof value !== 'function' || isAsyncFunction(value))
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'Function', value), validatePlainFunction);
}

function validateUndefined(value, name) {
  if (value !== undefined)
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'undefined', value), validateUndefined);
}

function validateBuffer(value, name = 'buffer') {
  if (!isArrayBufferView(value))
    throw recapture(new ERR_INVALID_ARG_TYPE(
      name, ['Buffer', 'TypedArray', 'DataView'], value), validateBuffer);
}

function validateAbortSignal(value, name) {
  if (value !== undefined &&
      (value === null || typeof value !== 'object' || !('aborted' in value)))
    throw recapture(new ERR_INVALID_ARG_TYPE(name, 'AbortSignal', value), validateAbortSignal);
}

function validateThisInternalField(object, field, type) {
  if (typeof object !== 'object' || object === null ||
      !ObjectPrototypeHasOwnProperty(object, field))
    throw recapture(new codes.ERR_INVALID_THIS(type), validateThisInternalField);
}

// -- texts ------------------------------------------------------------------------------

const octal = /^[0-7]+$/;

function parseFileMode(value, name, otherwise) {
  let mode = value === undefined ? otherwise : value;
  if (typeof mode === 'string') {
    if (RegExpPrototypeExec(octal, mode) === null)
      throw recapture(new ERR_INVALID_ARG_VALUE(
        name, value, 'must be a 32-bit unsigned integer or an octal string'), parseFileMode);
    mode = NumberParseInt(mode, 8);
  }
  wholeNumber(mode, name, 0, 4294967295, parseFileMode);
  return mode;
}

module.exports = {
  kValidateObjectAllowArray,
  kValidateObjectAllowFunction,
  kValidateObjectAllowNullable,
  kValidateObjectAllowObjects,
  kValidateObjectAllowObjectsAndNull,
  kValidateObjectNone,
  parseFileMode,
  validateAbortSignal,
  validateArray,
  validateBoolean,
  validateBooleanArray,
  validateBuffer,
  validateFunction,
  validateInt32,
  validateInteger,
  validateNumber,
  validateObject,
  validateOneOf,
  validatePlainFunction,
  validateString,
  validateStringArray,
  validateSymbol,
  validateThisInternalField,
  validateUint32,
  validateUndefined,
};

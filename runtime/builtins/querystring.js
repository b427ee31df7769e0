'use strict';

// Queries of URLs (https://nodejs.org/api/querystring.html). As documented, `parse` and
// `stringify` ask the module for `unescape` and `escape`, which scripts may replace.

const {
  ArrayIsArray,
  ArrayPrototypePush,
  ObjectKeys,
  String,
  StringPrototypeCharCodeAt,
  StringPrototypeIndexOf,
  StringPrototypeReplaceAll,
  StringPrototypeSlice,
  TypedArrayPrototypeSubarray,
  decodeURIComponent,
  encodeURIComponent,
} = primordials;

const { Buffer } = require('internal/buffer');
const { codes: { ERR_INVALID_URI } } = require('internal/errors');
const { toText } = internalBinding('buffer');

// -- one part ---------------------------------------------------------------------------

function hexDigit(code) {
  if (code >= 48 && code <= 57)
    return code - 48;
  code |= 32;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}

// Escapes as bytes; what is none stays as it is.
function unescapeBuffer(text, plusIsSpace = false) {
  const bytes = Buffer.alloc(text.length);
  let length = 0;
  for (let i = 0; i < text.length; ++i) {
    let code = StringPrototypeCharCodeAt(text, i);
    if (code === 37 && i + 2 < text.length) {
      const high = hexDigit(StringPrototypeCharCodeAt(text, i + 1));
      const low = hexDigit(StringPrototypeCharCodeAt(text, i + 2));
      if (high >= 0 && low >= 0) {
        code = high * 16 + low;
        i += 2;
      }
    } else if (code === 43 && plusIsSpace) {
      code = 32;
    }
    bytes[length++] = code;
  }
  return TypedArrayPrototypeSubarray(bytes, 0, length);
}

function unescapeLeniently(text) {
  const bytes = unescapeBuffer(text);
  return toText(bytes, 0, 0, bytes.length);
}

function unescape(text, decodeSpaces = false) {
  if (decodeSpaces) {
    const bytes = unescapeBuffer(text, true);
    return toText(bytes, 0, 0, bytes.length);
  }
  try {
    return decodeURIComponent(text);
  } catch {
    return unescapeLeniently(text);
  }
}

function escape(text) {
  if (typeof text !== 'string')
    text = typeof text === 'object' ? String(text) : `${text}`;
  try {
    return encodeURIComponent(text);
  } catch {
    throw new ERR_INVALID_URI();
  }
}

// -- all of it --------------------------------------------------------------------------

function plain(value) {
  switch (typeof value) {
    case 'string': return value;
    case 'number': return value - value === 0 ? `${value}` : '';
    case 'bigint': return `${value}`;
    case 'boolean': return value ? 'true' : 'false';
    default: return '';
  }
}

function stringify(obj, sep = undefined, eq = undefined, options = undefined) {
  if (obj === null || typeof obj !== 'object')
    return '';
  sep ||= '&';
  eq ||= '=';
  const encode = typeof options?.encodeURIComponent === 'function' ?
    options.encodeURIComponent : querystring.escape;
  const keys = ObjectKeys(obj);
  let text = '';
  for (let i = 0; i < keys.length; ++i) {
    const given = obj[keys[i]];
    const values = ArrayIsArray(given) ? given : [given];
    const key = encode(plain(keys[i])) + eq;
    for (let k = 0; k < values.length; ++k) {
      const value = plain(values[k]);
      text += `${text === '' ? '' : sep}${key}${value === '' ? '' : encode(value)}`;
    }
  }
  return text;
}

function decodeWith(decode, text) {
  try {
    return decode(text);
  } catch {
    return unescapeLeniently(text);
  }
}

function parse(text, sep = undefined, eq = undefined, options = undefined) {
  const found = { __proto__: null };
  if (typeof text !== 'string' || text.length === 0)
    return found;
  sep = sep ? `${sep}` : '&';
  eq = eq ? `${eq}` : '=';
  const decode = typeof options?.decodeURIComponent === 'function' ?
    options.decodeURIComponent : querystring.unescape;
  const part = (from, to) => {
    const given = StringPrototypeReplaceAll(StringPrototypeSlice(text, from, to), '+', '%20');
    return given === '' ? '' : decodeWith(decode, given);
  };
  const maxKeys = typeof options?.maxKeys === 'number' ? options.maxKeys : 1000;
  let left = maxKeys > 0 ? maxKeys : -1;
  for (let start = 0, end; start <= text.length && left !== 0; start = end + sep.length, --left) {
    end = StringPrototypeIndexOf(text, sep, start);
    if (end === -1)
      end = text.length;
    if (end === start)
      continue;
    let equals = StringPrototypeIndexOf(text, eq, start);
    if (equals === -1 || equals + eq.length > end)
      equals = end;
    const key = part(start, equals);
    const value = equals === end ? '' : part(equals + eq.length, end);
    const before = found[key];
    if (before === undefined)
      found[key] = value;
    else if (typeof before === 'string')
      found[key] = [before, value];
    else
      ArrayPrototypePush(before, value);
  }
  return found;
}

const querystring = module.exports = {
  unescapeBuffer,
  unescape,
  escape,
  stringify,
  encode: stringify,
  parse,
  decode: parse,
};

'use strict';

// Texts of bytes that come in pieces (https://nodejs.org/api/string_decoder.html).

const {
  ArrayBufferIsView,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeSet,
  TypedArrayPrototypeSlice,
  Uint8Array,
} = primordials;

const { encodingNames, encodingOf } = require('internal/buffer');
const { codes: { ERR_INVALID_ARG_TYPE } } = require('internal/errors');
const { bufferOf } = require('internal/streams/chunks');
const { isUint8Array } = require('internal/util/types');
const { toText } = internalBinding('buffer');

const lengthOf = (bytes) => TypedArrayPrototypeGetByteLength(bytes);

// -- what is not complete: how many bytes at the end must wait --------------------------

const isContinuation = (byte) => (byte & 0xC0) === 0x80;

// Table 3-7 of Unicode: what may follow the first byte.
function mayFollow(first, second) {
  switch (first) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return isContinuation(second);
  }
}

function utf8Rest(bytes, length) {
  for (let rest = 1; rest <= 3 && rest <= length; ++rest) {
    const byte = bytes[length - rest];
    if (isContinuation(byte))
      continue;
    const wanted = byte >= 0xF0 && byte <= 0xF4 ? 4 : byte >= 0xE0 && byte < 0xF0 ? 3 :
      byte >= 0xC2 && byte < 0xE0 ? 2 : 1;
    if (wanted <= rest || (rest > 1 && !mayFollow(byte, bytes[length - rest + 1])))
      return 0;
    return rest;
  }
  return 0;
}

// Half a unit, or the first of two that are one character.
function utf16Rest(bytes, length) {
  const odd = length % 2;
  const high = length - odd >= 2 && (bytes[length - odd - 1] & 0xFC) === 0xD8;
  return odd + (high ? 2 : 0);
}

const base64Rest = (bytes, length) => length % 3;

const rests = {
  __proto__: null, utf8: utf8Rest, utf16le: utf16Rest, base64: base64Rest, base64url: base64Rest,
};

// -- the class --------------------------------------------------------------------------

class StringDecoder {
  #number;
  #name;
  #rest = null; // bytes that wait

  constructor(encoding = undefined) {
    this.#number = encodingOf(encoding);
    this.#name = encodingNames[this.#number];
    this.encoding = this.#name;
  }

  write(buf) {
    if (typeof buf === 'string')
      return buf;
    if (!ArrayBufferIsView(buf))
      throw new ERR_INVALID_ARG_TYPE('buf', ['Buffer', 'TypedArray', 'DataView'], buf);
    let bytes = isUint8Array(buf) ? buf : bufferOf(buf);
    if (this.#rest !== null) {
      const waited = lengthOf(this.#rest);
      const both = new Uint8Array(waited + lengthOf(bytes));
      TypedArrayPrototypeSet(both, this.#rest, 0);
      TypedArrayPrototypeSet(both, bytes, waited);
      bytes = both;
      this.#rest = null;
    }
    const length = lengthOf(bytes);
    const restOf = rests[this.#name];
    const rest = restOf === undefined ? 0 : restOf(bytes, length);
    if (rest > 0)
      this.#rest = TypedArrayPrototypeSlice(bytes, length - rest);
    return length === rest ? '' : toText(bytes, this.#number, 0, length - rest);
  }

  end(buf = undefined) {
    const text = buf === undefined ? '' : this.write(buf);
    const rest = this.#rest;
    this.#rest = null;
    return rest === null ? text : text + toText(rest, this.#number, 0, lengthOf(rest));
  }
}

module.exports = { StringDecoder };

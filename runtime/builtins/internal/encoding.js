'use strict';

// TextEncoder and TextDecoder (https://encoding.spec.whatwg.org/). Encodings: UTF-8, both
// UTF-16 and windows-1252.

const {
  ObjectDefineProperty,
  StringPrototypeSlice,
  StringPrototypeToLowerCase,
  StringPrototypeTrim,
  SymbolFor,
  SymbolToStringTag,
  Uint8Array,
} = primordials;

const {
  codes: {
    ERR_ENCODING_INVALID_ENCODED_DATA, ERR_ENCODING_NOT_SUPPORTED, ERR_INVALID_ARG_TYPE,
    ERR_INVALID_THIS,
  },
} = require('internal/errors');
const { inspect } = require('internal/util/inspect');
const { compareBy } = require('internal/util/private_state');
const { isAnyArrayBuffer, isArrayBufferView, isUint8Array } = require('internal/util/types');
const {
  kValidateObjectAllowObjectsAndNull, validateObject, validateString,
} = require('internal/validators');
const { decode, decodeUtf8, encodeInto, encodeUtf8 } = internalBinding('encoding');

const custom = SymbolFor('nodejs.util.inspect.custom');

const labels = { __proto__: null };
const define = (name, list) => {
  for (let i = 0; i < list.length; ++i)
    labels[list[i]] = name;
};
define('utf-8', ['unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'utf-8', 'utf8',
                 'x-unicode20utf8']);
define('utf-16le', ['csunicode', 'iso-10646-ucs-2', 'ucs-2', 'unicode', 'unicodefeff', 'utf-16',
                    'utf-16le']);
define('utf-16be', ['unicodefffe', 'utf-16be']);
define('windows-1252', ['ansi_x3.4-1968', 'ascii', 'cp1252', 'cp819', 'csisolatin1', 'ibm819',
                        'iso-8859-1', 'iso-ir-100', 'iso8859-1', 'iso88591', 'iso_8859-1',
                        'iso_8859-1:1987', 'l1', 'latin1', 'us-ascii', 'windows-1252',
                        'x-cp1252']);

class TextEncoder {
  #made = true;

  static #check(encoder) {
    if (encoder === null || typeof encoder !== 'object' || !(#made in encoder))
      throw new ERR_INVALID_THIS('TextEncoder');
  }

  get encoding() {
    TextEncoder.#check(this);
    return 'utf-8';
  }

  encode(input = '') {
    TextEncoder.#check(this);
    return encodeUtf8(`${input}`);
  }

  encodeInto(src, dest) {
    TextEncoder.#check(this);
    validateString(src, 'src');
    if (!isUint8Array(dest))
      throw new ERR_INVALID_ARG_TYPE('dest', 'Uint8Array', dest);
    const done = encodeInto(src, dest);
    return { read: done[0], written: done[1] };
  }

  [custom](depth, options) {
    TextEncoder.#check(this);
    if (typeof depth === 'number' && depth < 0)
      return this;
    return inspect({ __proto__: { constructor: TextEncoder }, encoding: 'utf-8' }, options);
  }
}

class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #held = undefined; // bytes of a character that is not complete
  #started = false;  // is a byte order mark behind us?

  constructor(encoding = 'utf-8', options = {}) {
    encoding = `${encoding}`;
    validateObject(options, 'options', kValidateObjectAllowObjectsAndNull);
    const name = labels[StringPrototypeToLowerCase(StringPrototypeTrim(encoding))];
    if (name === undefined)
      throw new ERR_ENCODING_NOT_SUPPORTED(encoding);
    this.#encoding = name;
    this.#fatal = !!options?.fatal;
    this.#ignoreBOM = !!options?.ignoreBOM;
  }

  static #check(decoder) {
    if (decoder === null || typeof decoder !== 'object' || !(#encoding in decoder))
      throw new ERR_INVALID_THIS('TextDecoder');
  }

  static stateOf(decoder) {
    return decoder !== null && typeof decoder === 'object' && #encoding in decoder ?
      [decoder.#encoding, decoder.#fatal, decoder.#ignoreBOM] : undefined;
  }

  get encoding() {
    TextDecoder.#check(this);
    return this.#encoding;
  }

  get fatal() {
    TextDecoder.#check(this);
    return this.#fatal;
  }

  get ignoreBOM() {
    TextDecoder.#check(this);
    return this.#ignoreBOM;
  }

  decode(input = new Uint8Array(0), options = undefined) {
    TextDecoder.#check(this);
    if (!isArrayBufferView(input) && !isAnyArrayBuffer(input))
      throw new ERR_INVALID_ARG_TYPE('list', ['ArrayBuffer', 'ArrayBufferView'], input);
    if (options !== undefined)
      validateObject(options, 'options', kValidateObjectAllowObjectsAndNull);
    const stream = !!options?.stream;
    // [text, bytes held back]; undefined: invalid and `fatal`.
    let made;
    if (this.#encoding === 'utf-8' && !stream && this.#held === undefined) {
      const text = decodeUtf8(input, this.#fatal);
      made = text === undefined ? undefined : [text, undefined];
    } else {
      made = decode(input, this.#encoding, this.#fatal, stream, this.#held);
    }
    if (made === undefined) {
      this.#held = undefined;
      this.#started = false;
      throw new ERR_ENCODING_INVALID_ENCODED_DATA(this.#encoding, undefined);
    }
    let text = made[0];
    this.#held = stream ? made[1] : undefined;
    if (!this.#started && text.length > 0) {
      if (!this.#ignoreBOM && text[0] === '\ufeff' && this.#encoding !== 'windows-1252')
        text = StringPrototypeSlice(text, 1);
      this.#started = true;
    }
    if (!stream)
      this.#started = false;
    return text;
  }

  [custom](depth, options) {
    TextDecoder.#check(this);
    if (typeof depth === 'number' && depth < 0)
      return this;
    return inspect({
      __proto__: { constructor: TextDecoder },
      encoding: this.#encoding,
      fatal: this.#fatal,
      ignoreBOM: this.#ignoreBOM,
    }, options);
  }
}

compareBy(TextDecoder.stateOf);
delete TextDecoder.stateOf;

function show(prototype, names, tag) {
  for (let i = 0; i < names.length; ++i)
    ObjectDefineProperty(prototype, names[i], { __proto__: null, enumerable: true });
  ObjectDefineProperty(prototype, SymbolToStringTag,
                       { __proto__: null, value: tag, configurable: true });
}
show(TextEncoder.prototype, ['encode', 'encodeInto', 'encoding'], 'TextEncoder');
show(TextDecoder.prototype, ['decode', 'encoding', 'fatal', 'ignoreBOM'], 'TextDecoder');

module.exports = { TextDecoder, TextEncoder };

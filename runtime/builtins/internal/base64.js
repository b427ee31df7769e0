'use strict';

// atob and btoa (https://infra.spec.whatwg.org/#forgiving-base64-decode).


const { codes: { ERR_MISSING_ARGS } } = require('internal/errors');
const { DOMException } = require('internal/dom_exception');
const { decodeBase64, encodeBase64 } = internalBinding('encoding');

function atob(input) {
  if (arguments.length === 0)
    throw new ERR_MISSING_ARGS('input');
  const decoded = decodeBase64(`${input}`);
  if (decoded === undefined)
    throw new DOMException('The string to be decoded is not correctly encoded.',
                           'InvalidCharacterError');
  return decoded;
}

function btoa(input) {
  if (arguments.length === 0)
    throw new ERR_MISSING_ARGS('input');
  const encoded = encodeBase64(`${input}`);
  if (encoded === undefined)
    throw new DOMException('Invalid character', 'InvalidCharacterError');
  return encoded;
}

module.exports = { atob, btoa };

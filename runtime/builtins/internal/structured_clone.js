'use strict';

// structuredClone (https://html.spec.whatwg.org/#structured-cloning).

const { ArrayPrototypePush, SymbolIterator } = primordials;

const { codes: { ERR_INVALID_ARG_TYPE, ERR_MISSING_ARGS } } = require('internal/errors');
const { DOMException } = require('internal/dom_exception');
const { isArrayBuffer } = require('internal/util/types');
const { structuredClone: clone } = internalBinding('clone');

const failed = "Failed to execute 'structuredClone': ";
const fail = (message) => new DOMException(message, 'DataCloneError');

function structuredClone(value, options) {
  if (arguments.length === 0)
    throw new ERR_MISSING_ARGS('The value argument must be specified');
  const list = [];
  if (options !== undefined && options !== null) {
    if (typeof options !== 'object' && typeof options !== 'function')
      throw new ERR_INVALID_ARG_TYPE(
        `${failed}Options cannot be converted to a dictionary`);
    const { transfer } = options;
    if (transfer !== undefined) {
      if (transfer === null || typeof transfer !== 'object' ||
          typeof transfer[SymbolIterator] !== 'function')
        throw new ERR_INVALID_ARG_TYPE(
          `${failed}transfer in Options cannot be converted to sequence.`);
      for (const item of transfer) {
        if (!isArrayBuffer(item))
          throw fail('Value could not be transferred: it is no ArrayBuffer.');
        for (let i = 0; i < list.length; ++i)
          if (list[i] === item)
            throw fail('An ArrayBuffer occurs twice among what is to be transferred.');
        ArrayPrototypePush(list, item);
      }
    }
  }
  return clone(value, list, fail);
}

module.exports = { structuredClone };

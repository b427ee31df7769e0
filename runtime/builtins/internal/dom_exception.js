'use strict';

// DOMException (https://webidl.spec.whatwg.org/#idl-DOMException).

const {
  ErrorCaptureStackTrace,
  ErrorPrototype,
  ObjectDefineProperties,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
  SymbolToStringTag,
  WeakMap,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;

const { codes: { ERR_INVALID_THIS } } = require('internal/errors');

const legacyNames = [
  'INDEX_SIZE_ERR', 'DOMSTRING_SIZE_ERR', 'HIERARCHY_REQUEST_ERR', 'WRONG_DOCUMENT_ERR',
  'INVALID_CHARACTER_ERR', 'NO_DATA_ALLOWED_ERR', 'NO_MODIFICATION_ALLOWED_ERR',
  'NOT_FOUND_ERR', 'NOT_SUPPORTED_ERR', 'INUSE_ATTRIBUTE_ERR', 'INVALID_STATE_ERR',
  'SYNTAX_ERR', 'INVALID_MODIFICATION_ERR', 'NAMESPACE_ERR', 'INVALID_ACCESS_ERR',
  'VALIDATION_ERR', 'TYPE_MISMATCH_ERR', 'SECURITY_ERR', 'NETWORK_ERR', 'ABORT_ERR',
  'URL_MISMATCH_ERR', 'QUOTA_EXCEEDED_ERR', 'TIMEOUT_ERR', 'INVALID_NODE_TYPE_ERR',
  'DATA_CLONE_ERR',
];

const codes = {
  __proto__: null,
  IndexSizeError: 1, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5,
  NoModificationAllowedError: 7, NotFoundError: 8, NotSupportedError: 9,
  InUseAttributeError: 10, InvalidStateError: 11, SyntaxError: 12,
  InvalidModificationError: 13, NamespaceError: 14, InvalidAccessError: 15,
  TypeMismatchError: 17, SecurityError: 18, NetworkError: 19, AbortError: 20,
  URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23, InvalidNodeTypeError: 24,
  DataCloneError: 25,
};

const states = new WeakMap();

function stateOf(exception) {
  const state = WeakMapPrototypeGet(states, exception);
  if (state === undefined)
    throw new ERR_INVALID_THIS('DOMException');
  return state;
}

class DOMException {
  constructor(message = '', options = 'Error') {
    const state = { __proto__: null, message: `${message}`, name: 'Error' };
    if (options !== null && typeof options === 'object') {
      const { name } = options;
      state.name = `${name === undefined ? 'Error' : name}`;
      if ('cause' in options)
        ObjectDefineProperty(this, 'cause', {
          __proto__: null, value: options.cause, configurable: true, writable: true,
        });
    } else {
      state.name = `${options}`;
    }
    WeakMapPrototypeSet(states, this, state);
    ErrorCaptureStackTrace(this, new.target);
    this.stack; // the head is written now, from name and message
  }

  get name() {
    return stateOf(this).name;
  }

  get message() {
    return stateOf(this).message;
  }

  get code() {
    return codes[stateOf(this).name] ?? 0;
  }
}

ObjectSetPrototypeOf(DOMException.prototype, ErrorPrototype);
ObjectDefineProperties(DOMException.prototype, {
  [SymbolToStringTag]: { __proto__: null, configurable: true, value: 'DOMException' },
  name: { __proto__: null, enumerable: true },
  message: { __proto__: null, enumerable: true },
  code: { __proto__: null, enumerable: true },
});
for (let i = 0; i < legacyNames.length; ++i) {
  const constant = { __proto__: null, value: i + 1, enumerable: true };
  ObjectDefineProperty(DOMException, legacyNames[i], constant);
  ObjectDefineProperty(DOMException.prototype, legacyNames[i], constant);
}

module.exports = { DOMException };

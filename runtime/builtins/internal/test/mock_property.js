'use strict';

// `mock.property`: a value that records who reads and sets it.

const {
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  Error,
  Map,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeHas,
  MapPrototypeSet,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetPrototypeOf,
  Proxy,
  ReflectGet,
} = primordials;

const { codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } } = require('internal/errors');
const { validateInteger } = require('internal/validators');

// `property.mock`
class MockPropertyContext {
  #accesses = [];
  #once = new Map();
  #original;
  #value;
  #object;
  #name;
  #property;

  constructor(object, name, property, value) {
    this.#object = object;
    this.#name = name;
    this.#property = property;
    this.#original = object[name];
    this.#value = value;
    ObjectDefineProperty(object, name, {
      __proto__: null,
      configurable: true,
      enumerable: property.enumerable,
      get: () => this.#access('get', this.#value),
      set: (given) => {
        this.#value = this.#access('set', given);
      },
    });
  }

  #access(type, value) {
    const count = this.#accesses.length;
    if (MapPrototypeHas(this.#once, count)) {
      value = MapPrototypeGet(this.#once, count);
      MapPrototypeDelete(this.#once, count);
    }
    ArrayPrototypePush(this.#accesses, { type, value, stack: new Error() });
    return value;
  }

  get accesses() {
    return ArrayPrototypeSlice(this.#accesses);
  }

  accessCount() {
    return this.#accesses.length;
  }

  mockImplementation(value) {
    this.#value = value;
  }

  mockImplementationOnce(value, onAccess) {
    const next = this.#accesses.length;
    if (onAccess === undefined)
      onAccess = next;
    validateInteger(onAccess, 'onAccess', next);
    MapPrototypeSet(this.#once, onAccess, value);
  }

  resetAccesses() {
    this.#accesses = [];
  }

  restore() {
    ObjectDefineProperty(this.#object, this.#name, {
      __proto__: null, ...this.#property, value: this.#original,
    });
  }
}

function replaceProperty(object, name, value, keeps) {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function'))
    throw new ERR_INVALID_ARG_TYPE('object', 'object', object);
  if (typeof name !== 'string' && typeof name !== 'symbol')
    throw new ERR_INVALID_ARG_TYPE('propertyName', ['string', 'symbol'], name);
  let property;
  for (let at = object; at !== null && property === undefined; at = ObjectGetPrototypeOf(at))
    property = ObjectGetOwnPropertyDescriptor(at, name);
  if (property === undefined || 'get' in property)
    throw new ERR_INVALID_ARG_VALUE('propertyName', object[name], 'is not a property');
  const context = new MockPropertyContext(object, name, property, keeps ? object[name] : value);
  const made = new Proxy(object, {
    __proto__: null,
    get: (of, key, receiver) => (key === 'mock' ? context : ReflectGet(of, key, receiver)),
  });
  return { context, made };
}

module.exports = { MockPropertyContext, replaceProperty };

'use strict';

// `mock`: functions and methods that record their calls and can be replaced.

const {
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  Error,
  FunctionPrototypeCall,
  Map,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetPrototypeOf,
  Proxy,
  ReflectApply,
  ReflectConstruct,
  ReflectGet,
  WeakMap,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;

const { replaceProperty } = require('internal/test/mock_property');
const { MockTimers } = require('internal/test/mock_timers');
const { codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } } = require('internal/errors');
const {
  validateBoolean, validateFunction, validateInteger, validateObject,
} = require('internal/validators');

// `fn.mock`
class MockFunctionContext {
  #calls = [];
  #original;
  #implementation;
  #times;
  #once = new Map(); // implementations of single calls
  #restore;

  // `restore` puts a method back.
  constructor(original, implementation, times, restore) {
    this.#original = original;
    this.#implementation = implementation;
    this.#times = times;
    this.#restore = restore;
  }

  get calls() {
    return ArrayPrototypeSlice(this.#calls);
  }

  callCount() {
    return this.#calls.length;
  }

  mockImplementation(implementation) {
    validateFunction(implementation, 'implementation');
    this.#implementation = implementation;
  }

  mockImplementationOnce(implementation, onCall) {
    validateFunction(implementation, 'implementation');
    const next = this.#calls.length;
    if (onCall === undefined)
      onCall = next;
    validateInteger(onCall, 'onCall', next);
    MapPrototypeSet(this.#once, onCall, implementation);
  }

  restore() {
    this.#restore?.();
    this.#restore = undefined;
    this.#implementation = this.#original;
    this.#once = new Map();
  }

  resetCalls() {
    this.#calls = [];
  }

  // Of the class: what scripts do not see.
  static next(context) {
    const count = context.#calls.length;
    const once = MapPrototypeGet(context.#once, count);
    if (once !== undefined) {
      MapPrototypeDelete(context.#once, count);
      return once;
    }
    const chosen = context.#implementation;
    if (count + 1 === context.#times)
      context.restore();
    return chosen;
  }

  static record(context, call) {
    ArrayPrototypePush(context.#calls, call);
  }
}

const { next, record } = MockFunctionContext;
delete MockFunctionContext.next;
delete MockFunctionContext.record;

// Calls and writes down what came of it.
function recorded(context, args, target, self, call) {
  const entry = {
    arguments: args, error: undefined, result: undefined, stack: new Error(), target, this: self,
  };
  try {
    entry.result = call(next(context));
    if (target !== undefined)
      entry.this = entry.result;
    return entry.result;
  } catch (error) {
    entry.error = error;
    throw error;
  } finally {
    record(context, entry);
  }
}

function makeMock(original, context) {
  return new Proxy(original, {
    __proto__: null,
    apply(fn, self, args) {
      return recorded(context, args, undefined, self,
                      (chosen) => ReflectApply(chosen, self, args));
    },
    construct(fn, args, target) {
      const shown = target === proxyOf(context) ? fn : target;
      return recorded(context, args, shown, undefined,
                      (chosen) => ReflectConstruct(chosen, args, shown));
    },
    get(fn, key, receiver) {
      return key === 'mock' ? context : ReflectGet(fn, key, receiver);
    },
  });
}

const proxies = new WeakMap();
const proxyOf = (context) => WeakMapPrototypeGet(proxies, context);

function findProperty(object, key) {
  for (let at = object; at !== null && at !== undefined; at = ObjectGetPrototypeOf(at)) {
    const property = ObjectGetOwnPropertyDescriptor(at, key);
    if (property !== undefined)
      return property;
  }
  return undefined;
}

function isOptions(value) {
  return value !== null && typeof value === 'object';
}

function readTimes({ times = Infinity }) {
  if (times !== Infinity)
    validateInteger(times, 'options.times', 1);
  return times;
}

class MockTracker {
  #mocks = [];
  #timers;

  get timers() {
    return this.#timers ??= new MockTimers();
  }

  #make(original, implementation, times, restore) {
    const context = new MockFunctionContext(original, implementation, times, restore);
    const mock = makeMock(original, context);
    WeakMapPrototypeSet(proxies, context, mock);
    ArrayPrototypePush(this.#mocks, context);
    return mock;
  }

  fn(original = function() {}, implementation = original, options = {}) {
    if (isOptions(original)) {
      options = original;
      original = function() {};
      implementation = original;
    } else if (isOptions(implementation)) {
      options = implementation;
      implementation = original;
    }
    validateFunction(original, 'original');
    validateFunction(implementation, 'implementation');
    validateObject(options, 'options');
    return this.#make(original, implementation, readTimes(options));
  }

  method(object, name, implementation, options = {}) {
    if (object === null || (typeof object !== 'object' && typeof object !== 'function'))
      throw new ERR_INVALID_ARG_TYPE('object', 'object', object);
    if (typeof name !== 'string' && typeof name !== 'symbol')
      throw new ERR_INVALID_ARG_TYPE('methodName', ['string', 'symbol'], name);
    if (isOptions(implementation)) {
      options = implementation;
      implementation = undefined;
    }
    validateObject(options, 'options');
    const { getter = false, setter = false } = options;
    validateBoolean(getter, 'options.getter');
    validateBoolean(setter, 'options.setter');
    if (getter && setter)
      throw new ERR_INVALID_ARG_VALUE('options.setter', setter,
                                      "cannot be used with 'options.getter'");
    const property = findProperty(object, name);
    const key = getter ? 'get' : setter ? 'set' : 'value';
    const original = property?.[key];
    if (typeof original !== 'function')
      throw new ERR_INVALID_ARG_VALUE('methodName', original, 'must be a method');
    implementation ??= original;
    validateFunction(implementation, 'implementation');
    const restore = () => ObjectDefineProperty(object, name, { __proto__: null, ...property });
    const mock = this.#make(original, implementation, readTimes(options), restore);
    ObjectDefineProperty(object, name, { __proto__: null, ...property, [key]: mock });
    return mock;
  }

  getter(object, name, implementation, options) {
    return this.#accessor('getter', object, name, implementation, options);
  }

  setter(object, name, implementation, options) {
    return this.#accessor('setter', object, name, implementation, options);
  }

  #accessor(kind, object, name, implementation, options = {}) {
    if (isOptions(implementation)) {
      options = implementation;
      implementation = undefined;
    }
    validateObject(options, 'options');
    if (options[kind] === false)
      throw new ERR_INVALID_ARG_VALUE(`options.${kind}`, false, 'cannot be false');
    return FunctionPrototypeCall(this.method, this, object, name, implementation,
                                 { ...options, [kind]: true });
  }

  property(object, name, value) {
    const { context, made } = replaceProperty(object, name, value, arguments.length < 3);
    ArrayPrototypePush(this.#mocks, context);
    return made;
  }

  restoreAll() {
    for (let i = 0; i < this.#mocks.length; ++i)
      this.#mocks[i].restore();
  }

  reset() {
    this.restoreAll();
    this.#timers?.reset();
    this.#mocks = [];
  }
}

module.exports = { MockTracker };

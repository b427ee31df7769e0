'use strict';

// What several built-ins need, and the small functions of `node:util`.

const {
  ArrayPrototypePop,
  ArrayPrototypePush,
  Error,
  FunctionPrototypeBind,
  ObjectDefineProperties,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptors,
  ObjectGetPrototypeOf,
  ObjectSetPrototypeOf,
  Promise,
  PromisePrototypeThen,
  ReflectApply,
  ReflectConstruct,
  String,
  StringPrototypeToWellFormed,
  SymbolFor,
} = primordials;

const { codes } = require('internal/errors');
const { ERR_FALSY_VALUE_REJECTION, ERR_INVALID_ARG_TYPE } = codes;
const { validateFunction, validateString } = require('internal/validators');

const customPromisify = SymbolFor('nodejs.util.promisify.custom');
// For functions whose callbacks take several values: their names.
const promisifyArguments = SymbolFor('troupe.promisify.arguments');

function hidden(object, key, value) {
  ObjectDefineProperty(object, key,
                       { __proto__: null, value, writable: true, configurable: true });
}

// What a class shows of itself as WebIDL has it: enumerable methods and accessors, and a
// tag.
function defineInterface(constructor, tag, members) {
  const descriptors = { __proto__: null };
  for (let i = 0; i < members.length; ++i)
    descriptors[members[i]] = { __proto__: null, enumerable: true };
  ObjectDefineProperties(constructor.prototype, descriptors);
  ObjectDefineProperty(constructor.prototype, primordials.SymbolToStringTag,
                       { __proto__: null, value: tag, configurable: true });
}

function callIt(callback, values) {
  // As if it had been called from the event loop: what it throws is nobody's here.
  internalBinding('tasks').enqueueMicrotask(() => ReflectApply(callback, undefined, values));
}

function promisify(original) {
  validateFunction(original, 'original');
  const own = original[customPromisify];
  if (own) {
    validateFunction(own, 'util.promisify.custom');
    ObjectDefineProperty(own, customPromisify,
                         { __proto__: null, value: own, configurable: true });
    return own;
  }
  const names = original[promisifyArguments];
  function fn(...args) {
    return new Promise((resolve, reject) => {
      ArrayPrototypePush(args, (error, ...values) => {
        if (error)
          return reject(error);
        if (names === undefined || values.length <= 1)
          return resolve(values[0]);
        const object = {};
        for (let i = 0; i < names.length; ++i)
          object[names[i]] = values[i];
        resolve(object);
      });
      ReflectApply(original, this, args);
    });
  }
  ObjectSetPrototypeOf(fn, ObjectGetPrototypeOf(original));
  ObjectDefineProperty(fn, customPromisify, { __proto__: null, value: fn, configurable: true });
  const descriptors = ObjectGetOwnPropertyDescriptors(original);
  const keys = primordials.ReflectOwnKeys(descriptors);
  for (let i = 0; i < keys.length; ++i)
    ObjectSetPrototypeOf(descriptors[keys[i]], null);
  return ObjectDefineProperties(fn, descriptors);
}
promisify.custom = customPromisify;

function callbackify(original) {
  validateFunction(original, 'original');
  function callbackified(...args) {
    const callback = ArrayPrototypePop(args);
    validateFunction(callback, 'last argument');
    const bound = FunctionPrototypeBind(callback, this);
    PromisePrototypeThen(
      ReflectApply(original, this, args),
      (value) => callIt(bound, [null, value]),
      (reason) => callIt(bound, [reason || new ERR_FALSY_VALUE_REJECTION(reason)]));
  }
  const descriptors = ObjectGetOwnPropertyDescriptors(original);
  if (typeof descriptors.length.value === 'number')
    descriptors.length.value++;
  if (typeof descriptors.name.value === 'string')
    descriptors.name.value += 'Callbackified';
  const keys = primordials.ReflectOwnKeys(descriptors);
  for (let i = 0; i < keys.length; ++i)
    ObjectSetPrototypeOf(descriptors[keys[i]], null);
  return ObjectDefineProperties(callbackified, descriptors);
}

function inherits(ctor, superCtor) {
  if (ctor === undefined || ctor === null)
    throw new ERR_INVALID_ARG_TYPE('ctor', 'Function', ctor);
  if (superCtor === undefined || superCtor === null)
    throw new ERR_INVALID_ARG_TYPE('superCtor', 'Function', superCtor);
  if (superCtor.prototype === undefined)
    throw new ERR_INVALID_ARG_TYPE('superCtor.prototype', 'Object', superCtor.prototype);
  hidden(ctor, 'super_', superCtor);
  ObjectSetPrototypeOf(ctor.prototype, superCtor.prototype);
}

// -- warnings ---------------------------------------------------------------------------

let emit;

// Who shows warnings: `process.emitWarning`, where there is a process; else a line on the
// console's error stream.
function onWarning(handler) {
  emit = handler;
}

function emitWarning(warning, type, code) {
  if (emit !== undefined) {
    emit(warning, type, code);
    return;
  }
  const text = warning instanceof Error ? String(warning) :
    `${code === undefined ? '' : `[${code}] `}${type}: ${warning}`;
  internalBinding('console').write(true, `(troupe) ${text}`);
}

const shown = { __proto__: null };

function deprecate(fn, message, code) {
  validateFunction(fn, 'fn');
  if (code !== undefined)
    validateString(code, 'code');
  let warned = false;
  function deprecated(...args) {
    if (!warned) {
      warned = true;
      if (code === undefined || !(code in shown)) {
        if (code !== undefined)
          shown[code] = true;
        emitWarning(message, 'DeprecationWarning', code);
      }
    }
    if (new.target)
      return ReflectConstruct(fn, args, new.target);
    return ReflectApply(fn, this, args);
  }
  ObjectSetPrototypeOf(deprecated, fn);
  if (fn.prototype)
    deprecated.prototype = fn.prototype;
  ObjectDefineProperty(deprecated, 'length',
                       { __proto__: null, ...primordials.ObjectGetOwnPropertyDescriptor(fn, 'length') });
  return deprecated;
}

const toUSVString = (text) => StringPrototypeToWellFormed(String(text));

module.exports = {
  callbackify,
  customPromisify,
  defineInterface,
  deprecate,
  emitWarning,
  hidden,
  inherits,
  onWarning,
  promisify,
  promisifyArguments,
  toUSVString,
};

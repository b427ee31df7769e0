'use strict';

// AbortController and AbortSignal (https://dom.spec.whatwg.org/#aborting-ongoing-activities).

const {
  ArrayPrototypePush,
  ObjectDefineProperty,
  Promise,
  Set,
  SetPrototypeAdd,
  SetPrototypeForEach,
  SymbolFor,
  SymbolIterator,
  SymbolToStringTag,
  WeakRef,
  WeakRefPrototypeDeref,
} = primordials;

const {
  codes: { ERR_ILLEGAL_CONSTRUCTOR, ERR_INVALID_ARG_TYPE, ERR_INVALID_THIS },
} = require('internal/errors');
const { DOMException } = require('internal/dom_exception');
const { EventTarget, defineHandler, trustedEvent } = require('internal/event_target');
const { inspect } = require('internal/util/inspect');
const { compareBy } = require('internal/util/private_state');
const {
  kValidateObjectAllowObjects, validateObject, validateUint32,
} = require('internal/validators');

const custom = SymbolFor('nodejs.util.inspect.custom');

let mayConstruct = false;

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason = undefined;
  #composite = false;
  // Of `any`: signals that this one follows, and those that follow it.
  #sources = undefined;
  #followers = undefined;

  constructor() {
    if (!mayConstruct)
      throw new ERR_ILLEGAL_CONSTRUCTOR();
    super();
  }

  static create() {
    mayConstruct = true;
    try {
      return new AbortSignal();
    } finally {
      mayConstruct = false;
    }
  }

  static isSignal(value) {
    return value !== null && typeof value === 'object' && #aborted in value;
  }

  static stateOf(signal) {
    return isSignal(signal) ? [signal.#aborted, signal.#reason] : undefined;
  }

  static doAbort(signal, reason) {
    if (signal.#aborted)
      return;
    signal.#aborted = true;
    signal.#reason = reason;
    // Those that follow are aborted before anybody is told.
    const told = [signal];
    if (signal.#followers !== undefined) {
      SetPrototypeForEach(signal.#followers, (follower) => {
        if (!follower.#aborted) {
          follower.#aborted = true;
          follower.#reason = reason;
          ArrayPrototypePush(told, follower);
        }
      });
      signal.#followers = undefined;
    }
    for (let i = 0; i < told.length; ++i)
      told[i].dispatchEvent(trustedEvent('abort'));
  }

  static #check(signal) {
    if (!isSignal(signal))
      throw new ERR_INVALID_THIS('AbortSignal');
  }

  get aborted() {
    AbortSignal.#check(this);
    return this.#aborted;
  }

  get reason() {
    AbortSignal.#check(this);
    return this.#reason;
  }

  throwIfAborted() {
    AbortSignal.#check(this);
    if (this.#aborted)
      throw this.#reason;
  }

  [custom](depth, options) {
    return shown(this, { aborted: this.aborted }, depth, options);
  }

  static abort(
    reason = new DOMException('This operation was aborted', 'AbortError')) {
    const signal = create();
    signal.#aborted = true;
    signal.#reason = reason;
    return signal;
  }

  static timeout(delay) {
    validateUint32(delay, 'delay', false);
    const signal = create();
    // Waits for nobody: neither the signal nor the context lives on for it.
    const weak = new WeakRef(signal);
    require('internal/timers').setTimeout(() => {
      const target = WeakRefPrototypeDeref(weak);
      if (target !== undefined)
        doAbort(target, new DOMException('The operation was aborted due to timeout',
                                         'TimeoutError'));
    }, delay).unref();
    return signal;
  }

  static any(signals) {
    if (signals === null || typeof signals !== 'object' ||
        typeof signals[SymbolIterator] !== 'function')
      throw new ERR_INVALID_ARG_TYPE('signals cannot be converted to sequence.');
    const list = [];
    let i = 0;
    for (const each of signals) {
      if (!isSignal(each))
        throw new ERR_INVALID_ARG_TYPE(`signals[${i}] is not of type AbortSignal.`);
      list[i++] = each;
    }
    const result = create();
    result.#composite = true;
    for (i = 0; i < list.length; ++i) {
      if (list[i].#aborted) {
        result.#aborted = true;
        result.#reason = list[i].#reason;
        return result;
      }
    }
    result.#sources = new Set();
    const follow = (source) => {
      SetPrototypeAdd(result.#sources, source);
      source.#followers ??= new Set();
      SetPrototypeAdd(source.#followers, result);
    };
    for (i = 0; i < list.length; ++i) {
      if (list[i].#composite && list[i].#sources !== undefined)
        SetPrototypeForEach(list[i].#sources, follow);
      else
        follow(list[i]);
    }
    return result;
  }
}

const { create, doAbort, isSignal } = AbortSignal;
compareBy(AbortSignal.stateOf);
delete AbortSignal.stateOf;
delete AbortSignal.create;
delete AbortSignal.doAbort;
delete AbortSignal.isSignal;

class AbortController {
  #signal = create();

  static #check(controller) {
    if (controller === null || typeof controller !== 'object' || !(#signal in controller))
      throw new ERR_INVALID_THIS('AbortController');
    return controller.#signal;
  }

  get signal() {
    return AbortController.#check(this);
  }

  abort(reason = new DOMException('This operation was aborted', 'AbortError')) {
    doAbort(AbortController.#check(this), reason);
  }

  [custom](depth, options) {
    return shown(this, { signal: this.signal }, depth, options);
  }
}

function shown(object, facts, depth, options) {
  if (depth < 0)
    return object;
  const nested = { ...options, depth: options.depth === null ? null : options.depth - 1 };
  return `${object.constructor.name} ${inspect(facts, nested)}`;
}

function enumerable(object, names, tag) {
  for (let i = 0; i < names.length; ++i)
    ObjectDefineProperty(object, names[i], { __proto__: null, enumerable: true });
  if (tag !== undefined)
    ObjectDefineProperty(object, SymbolToStringTag,
                         { __proto__: null, value: tag, configurable: true });
}
enumerable(AbortSignal.prototype, ['aborted', 'reason', 'throwIfAborted'], 'AbortSignal');
enumerable(AbortSignal, ['abort', 'timeout', 'any']);
enumerable(AbortController.prototype, ['signal', 'abort'], 'AbortController');
defineHandler(AbortSignal.prototype, 'abort');

// `util.aborted`: a promise of the event, for as long as `resource` lives.
async function aborted(signal, resource) {
  if (!isSignal(signal))
    throw new ERR_INVALID_ARG_TYPE('signal is not of type AbortSignal.');
  validateObject(resource, 'resource', kValidateObjectAllowObjects);
  if (signal.aborted)
    return undefined;
  const weak = new WeakRef(resource);
  return new Promise((resolve) => {
    signal.addEventListener('abort', (event) => {
      if (WeakRefPrototypeDeref(weak) !== undefined)
        resolve(event);
    }, { once: true });
  });
}

module.exports = { aborted, AbortController, AbortSignal };

'use strict';

// `EventEmitter` and the functions around it (https://nodejs.org/api/events.html).

const {
  ArrayPrototypePush,
  ArrayPrototypeShift,
  ArrayPrototypeSlice,
  ArrayPrototypeSplice,
  ArrayPrototypeUnshift,
  AsyncIteratorPrototype,
  Error,
  FunctionPrototypeCall,
  ObjectCreate,
  ObjectDefineProperties,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ObjectSetPrototypeOf,
  Promise,
  PromiseReject,
  PromiseResolve,
  ReflectApply,
  ReflectOwnKeys,
  String,
  Symbol,
  SymbolAsyncIterator,
  SymbolDispose,
  SymbolFor,
} = primordials;

const { AbortError, codes } = require('internal/errors');
const { ERR_INVALID_ARG_TYPE, ERR_UNHANDLED_ERROR } = codes;
const { emitWarning } = require('internal/util');
const { inspect } = require('internal/util/inspect');
const {
  validateAbortSignal, validateBoolean, validateFunction, validateNumber, validateObject,
} = require('internal/validators');

const kCapture = Symbol('kCapture');
const kShapeMode = Symbol('shapeMode');
const kErrorMonitor = Symbol('events.errorMonitor');
const kRejection = SymbolFor('nodejs.rejection');

let defaultMaxListeners = 10;
let defaultCapture = false;

function EventEmitter(opts) {
  FunctionPrototypeCall(EventEmitter.init, this, opts);
}

EventEmitter.prototype._events = undefined;
EventEmitter.prototype._eventsCount = 0;
EventEmitter.prototype._maxListeners = undefined;

EventEmitter.init = function init(opts) {
  if (this._events === undefined || this._events === ObjectGetPrototypeOf(this)._events) {
    this._events = ObjectCreate(null);
    this._eventsCount = 0;
    this[kShapeMode] = false;
  } else {
    this[kShapeMode] = true;
  }
  this._maxListeners = this._maxListeners || undefined;
  if (opts?.captureRejections) {
    validateBoolean(opts.captureRejections, 'options.captureRejections');
    this[kCapture] = true;
  } else {
    this[kCapture] = defaultCapture;
  }
};

function checkListener(listener) {
  validateFunction(listener, 'listener');
}

function maxListenersOf(emitter) {
  return emitter._maxListeners === undefined ? defaultMaxListeners : emitter._maxListeners;
}

// -- listeners: a function, or an array of several ---------------------------------------

function add(target, type, listener, prepend) {
  checkListener(listener);
  let events = target._events;
  let existing;
  if (events === undefined) {
    events = target._events = ObjectCreate(null);
    target._eventsCount = 0;
  } else {
    // Told before it is added: so that it does not hear of itself.
    if (events.newListener !== undefined) {
      target.emit('newListener', type, listener.listener ?? listener);
      events = target._events;
    }
    existing = events[type];
  }
  if (existing === undefined) {
    events[type] = listener;
    ++target._eventsCount;
    return target;
  }
  if (typeof existing === 'function')
    existing = events[type] = prepend ? [listener, existing] : [existing, listener];
  else if (prepend)
    ArrayPrototypeUnshift(existing, listener);
  else
    ArrayPrototypePush(existing, listener);
  const max = maxListenersOf(target);
  if (max > 0 && existing.length > max && !existing.warned) {
    existing.warned = true;
    const warning = new Error(
      `Possible EventEmitter memory leak detected. ${existing.length} ${String(type)} listeners ` +
      `added to ${inspect(target, { depth: -1 })}. MaxListeners is ${max}. Use ` +
      'emitter.setMaxListeners() to increase limit');
    warning.name = 'MaxListenersExceededWarning';
    warning.emitter = target;
    warning.type = type;
    warning.count = existing.length;
    emitWarning(warning);
  }
  return target;
}

function onceWrapper(target, type, listener) {
  checkListener(listener);
  let fired = false;
  const wrapper = function(...args) {
    if (fired)
      return undefined;
    fired = true;
    target.removeListener(type, wrapper);
    return ReflectApply(listener, target, args);
  };
  wrapper.listener = listener;
  return wrapper;
}

function listenersOf(target, type, unwrap) {
  const found = target._events?.[type];
  if (found === undefined)
    return [];
  if (typeof found === 'function')
    return [unwrap ? found.listener ?? found : found];
  const list = [];
  for (let i = 0; i < found.length; ++i)
    ArrayPrototypePush(list, unwrap ? found[i].listener ?? found[i] : found[i]);
  return list;
}

const methods = {
  setMaxListeners(n) {
    validateNumber(n, 'setMaxListeners', 0);
    this._maxListeners = n;
    return this;
  },

  getMaxListeners() {
    return maxListenersOf(this);
  },

  emit(type, ...args) {
    const events = this._events;
    if (type === 'error') {
      if (events?.[kErrorMonitor] !== undefined)
        ReflectApply(this.emit, this, before(kErrorMonitor, args));
      if (events?.error === undefined)
        throwUnhandled(args);
    }
    const handler = events?.[type];
    if (handler === undefined)
      return false;
    if (typeof handler === 'function') {
      const result = ReflectApply(handler, this, args);
      if (result !== undefined && result !== null)
        capture(this, result, type, args);
    } else {
      const listeners = ArrayPrototypeSlice(handler);
      for (let i = 0; i < listeners.length; ++i) {
        const result = ReflectApply(listeners[i], this, args);
        if (result !== undefined && result !== null)
          capture(this, result, type, args);
      }
    }
    return true;
  },

  addListener(type, listener) {
    return add(this, type, listener, false);
  },

  prependListener(type, listener) {
    return add(this, type, listener, true);
  },

  once(type, listener) {
    checkListener(listener);
    this.on(type, onceWrapper(this, type, listener));
    return this;
  },

  prependOnceListener(type, listener) {
    checkListener(listener);
    this.prependListener(type, onceWrapper(this, type, listener));
    return this;
  },

  removeListener(type, listener) {
    checkListener(listener);
    const events = this._events;
    const list = events?.[type];
    if (list === undefined)
      return this;
    let removed;
    if (list === listener || list.listener === listener) {
      removed = list;
      this._eventsCount -= 1;
      if (this._eventsCount === 0 && !this[kShapeMode])
        this._events = ObjectCreate(null);
      else
        delete events[type];
    } else if (typeof list !== 'function') {
      let at = list.length - 1;
      while (at >= 0 && list[at] !== listener && list[at].listener !== listener)
        --at;
      if (at < 0)
        return this;
      removed = list[at];
      if (at === 0)
        ArrayPrototypeShift(list);
      else
        ArrayPrototypeSplice(list, at, 1);
      if (list.length === 1)
        events[type] = list[0];
    } else {
      return this;
    }
    if (events.removeListener !== undefined)
      this.emit('removeListener', type, removed.listener ?? listener);
    return this;
  },

  removeAllListeners(type) {
    const events = this._events;
    if (events === undefined)
      return this;
    if (events.removeListener === undefined) {
      if (arguments.length === 0) {
        this._events = ObjectCreate(null);
        this._eventsCount = 0;
      } else if (events[type] !== undefined) {
        if (--this._eventsCount === 0)
          this._events = ObjectCreate(null);
        else
          delete events[type];
      }
      return this;
    }
    // Each removal is told.
    if (arguments.length === 0) {
      const keys = ReflectOwnKeys(events);
      for (let i = 0; i < keys.length; ++i)
        if (keys[i] !== 'removeListener')
          this.removeAllListeners(keys[i]);
      this.removeAllListeners('removeListener');
      this._events = ObjectCreate(null);
      this._eventsCount = 0;
      return this;
    }
    const listeners = events[type];
    if (typeof listeners === 'function') {
      this.removeListener(type, listeners);
    } else if (listeners !== undefined) {
      for (let i = listeners.length - 1; i >= 0; --i)
        this.removeListener(type, listeners[i]);
    }
    return this;
  },

  listeners(type) {
    return listenersOf(this, type, true);
  },

  rawListeners(type) {
    return listenersOf(this, type, false);
  },

  listenerCount(type, listener) {
    const found = this._events?.[type];
    if (found === undefined)
      return 0;
    if (listener === undefined || listener === null)
      return typeof found === 'function' ? 1 : found.length;
    const list = typeof found === 'function' ? [found] : found;
    let count = 0;
    for (let i = 0; i < list.length; ++i)
      if (list[i] === listener || list[i].listener === listener)
        ++count;
    return count;
  },

  eventNames() {
    return this._eventsCount > 0 ? ReflectOwnKeys(this._events) : [];
  },
};

{
  const keys = ReflectOwnKeys(methods);
  for (let i = 0; i < keys.length; ++i)
    EventEmitter.prototype[keys[i]] = methods[keys[i]];
  EventEmitter.prototype.on = methods.addListener;
  EventEmitter.prototype.off = methods.removeListener;
}

function before(first, items) {
  const list = [first];
  for (let i = 0; i < items.length; ++i)
    ArrayPrototypePush(list, items[i]);
  return list;
}

function throwUnhandled(args) {
  const error = args.length > 0 ? args[0] : undefined;
  if (error instanceof Error)
    throw error; // not caught by anybody: an 'error' that nobody listens to
  let text;
  try {
    text = inspect(error);
  } catch {
    text = error;
  }
  const unhandled = new ERR_UNHANDLED_ERROR(text);
  unhandled.context = error;
  throw unhandled;
}

// With `captureRejections`: a promise that a listener has returned and that is rejected
// becomes an 'error'.
function capture(emitter, result, type, args) {
  if (!emitter[kCapture])
    return;
  try {
    const { then } = result;
    if (typeof then === 'function')
      FunctionPrototypeCall(then, result, undefined, (error) => {
        internalBinding('tasks').enqueueMicrotask(() => {
          if (typeof emitter[kRejection] === 'function') {
            ReflectApply(emitter[kRejection], emitter, before(error, before(type, args)));
            return;
          }
          // Not again for what listeners of 'error' return.
          const captures = emitter[kCapture];
          try {
            emitter[kCapture] = false;
            emitter.emit('error', error);
          } finally {
            emitter[kCapture] = captures;
          }
        });
      });
  } catch (error) {
    emitter.emit('error', error);
  }
}

// -- functions of the module -------------------------------------------------------------

function isEventTarget(object) {
  return typeof object?.addEventListener === 'function';
}

function listen(target, type, listener, once) {
  if (typeof target.on === 'function') {
    if (once)
      target.once(type, listener);
    else
      target.on(type, listener);
  } else if (isEventTarget(target)) {
    target.addEventListener(type, listener, { once });
  } else {
    throw new ERR_INVALID_ARG_TYPE('emitter', 'EventEmitter', target);
  }
}

function unlisten(target, type, listener) {
  if (typeof target.removeListener === 'function')
    target.removeListener(type, listener);
  else
    target.removeEventListener(type, listener);
}

async function once(emitter, name, options = {}) {
  validateObject(options, 'options');
  const { signal } = options;
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted)
    throw new AbortError(undefined, { cause: signal.reason });
  return new Promise((resolve, reject) => {
    const cleanUp = () => {
      unlisten(emitter, name, resolver);
      if (name !== 'error' && typeof emitter.once === 'function')
        unlisten(emitter, 'error', onError);
      if (signal !== undefined)
        unlisten(signal, 'abort', onAbort);
    };
    const onError = (error) => {
      cleanUp();
      reject(error);
    };
    const resolver = (...args) => {
      cleanUp();
      resolve(args);
    };
    const onAbort = () => {
      cleanUp();
      reject(new AbortError(undefined, { cause: signal.reason }));
    };
    listen(emitter, name, resolver, true);
    if (name !== 'error' && typeof emitter.once === 'function')
      emitter.once('error', onError);
    if (signal !== undefined)
      listen(signal, 'abort', onAbort, true);
  });
}

const iteratorResult = (value, done) => ({ value, done });

function on(emitter, event, options = {}) {
  validateObject(options, 'options');
  const { signal } = options;
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted)
    throw new AbortError(undefined, { cause: signal.reason });
  const closing = options.close ?? [];
  const unread = [];
  const waiting = [];
  let failure;
  let finished = false;

  const handler = (...args) => {
    const next = ArrayPrototypeShift(waiting);
    if (next)
      next.resolve(iteratorResult(args, false));
    else
      ArrayPrototypePush(unread, args);
  };
  const onError = (error) => {
    const next = ArrayPrototypeShift(waiting);
    if (next)
      next.reject(error);
    else
      failure = { __proto__: null, error };
    iterator.return();
  };
  const onAbort = () => onError(new AbortError(undefined, { cause: signal.reason }));
  const stop = () => {
    unlisten(emitter, event, handler);
    if (typeof emitter.on === 'function')
      unlisten(emitter, 'error', onError);
    for (let i = 0; i < closing.length; ++i)
      unlisten(emitter, closing[i], close);
    if (signal !== undefined)
      unlisten(signal, 'abort', onAbort);
    finished = true;
    for (let next; (next = ArrayPrototypeShift(waiting)) !== undefined;)
      next.resolve(iteratorResult(undefined, true));
    return PromiseResolve(iteratorResult(undefined, true));
  };
  const close = () => {
    stop();
  };

  const iterator = ObjectSetPrototypeOf({
    next() {
      if (unread.length > 0)
        return PromiseResolve(iteratorResult(ArrayPrototypeShift(unread), false));
      if (failure !== undefined) {
        const { error } = failure;
        failure = undefined;
        return PromiseReject(error);
      }
      if (finished)
        return PromiseResolve(iteratorResult(undefined, true));
      return new Promise((resolve, reject) => {
        ArrayPrototypePush(waiting, { __proto__: null, resolve, reject });
      });
    },
    return() {
      return stop();
    },
    throw(error) {
      if (!error || !(error instanceof Error))
        throw new ERR_INVALID_ARG_TYPE('EventEmitter.AsyncIterator', 'Error', error);
      onError(error);
    },
    [SymbolAsyncIterator]() {
      return this;
    },
  }, AsyncIteratorPrototype);

  listen(emitter, event, handler, false);
  if (event !== 'error' && typeof emitter.on === 'function')
    emitter.on('error', onError);
  for (let i = 0; i < closing.length; ++i)
    listen(emitter, closing[i], close, false);
  if (signal !== undefined)
    listen(signal, 'abort', onAbort, true);
  return iterator;
}

function getEventListeners(target, type) {
  if (typeof target?.listeners === 'function')
    return target.listeners(type);
  const { isTarget, listenersOfTarget } = require('internal/event_target');
  if (isTarget(target))
    return listenersOfTarget(target, type);
  throw new ERR_INVALID_ARG_TYPE('emitter', ['EventEmitter', 'EventTarget'], target);
}

function getMaxListeners(target) {
  if (typeof target?.getMaxListeners === 'function')
    return maxListenersOf(target);
  const { isTarget, maxOfTarget } = require('internal/event_target');
  if (isTarget(target))
    return maxOfTarget(target) ?? defaultMaxListeners;
  throw new ERR_INVALID_ARG_TYPE('emitter', ['EventEmitter', 'EventTarget'], target);
}

function setMaxListeners(n = defaultMaxListeners, ...targets) {
  validateNumber(n, 'setMaxListeners', 0);
  if (targets.length === 0) {
    defaultMaxListeners = n;
    return;
  }
  const { isTarget, maxOfTarget } = require('internal/event_target');
  for (let i = 0; i < targets.length; ++i) {
    if (isTarget(targets[i]))
      maxOfTarget(targets[i], n);
    else if (typeof targets[i]?.setMaxListeners === 'function')
      targets[i].setMaxListeners(n);
    else
      throw new ERR_INVALID_ARG_TYPE('eventTargets', ['EventEmitter', 'EventTarget'], targets[i]);
  }
}

function listenerCount(emitter, type) {
  if (typeof emitter.listenerCount === 'function')
    return emitter.listenerCount(type);
  return getEventListeners(emitter, type).length;
}

function addAbortListener(signal, listener) {
  if (signal === undefined)
    throw new ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal);
  validateAbortSignal(signal, 'signal');
  validateFunction(listener, 'listener');
  if (signal.aborted)
    internalBinding('tasks').enqueueMicrotask(() => listener());
  else
    signal.addEventListener('abort', listener, { once: true });
  const dispose = () => signal.removeEventListener('abort', listener);
  const disposable = { __proto__: null };
  if (SymbolDispose !== undefined)
    disposable[SymbolDispose] = dispose;
  return disposable;
}

ObjectDefineProperties(EventEmitter, {
  captureRejections: {
    __proto__: null,
    get() {
      return defaultCapture;
    },
    set(value) {
      validateBoolean(value, 'EventEmitter.captureRejections');
      defaultCapture = value;
    },
    configurable: true,
    enumerable: true,
  },
  defaultMaxListeners: {
    __proto__: null,
    enumerable: true,
    get() {
      return defaultMaxListeners;
    },
    set(value) {
      validateNumber(value, 'defaultMaxListeners', 0);
      defaultMaxListeners = value;
    },
  },
});
EventEmitter.once = once;
EventEmitter.on = on;
EventEmitter.getEventListeners = getEventListeners;
EventEmitter.getMaxListeners = getMaxListeners;
EventEmitter.setMaxListeners = setMaxListeners;
EventEmitter.listenerCount = listenerCount;
EventEmitter.addAbortListener = addAbortListener;
EventEmitter.EventEmitter = EventEmitter;
EventEmitter.captureRejectionSymbol = kRejection;
EventEmitter.errorMonitor = kErrorMonitor;

module.exports = EventEmitter;

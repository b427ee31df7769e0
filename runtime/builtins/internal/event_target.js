'use strict';

// Event, CustomEvent and EventTarget without a tree (https://dom.spec.whatwg.org/#events).

const {
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  ArrayPrototypeSplice,
  Error,
  FunctionPrototypeCall,
  Map,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  ObjectDefineProperty,
  Symbol,
  SymbolFor,
  SymbolToStringTag,
} = primordials;

const {
  codes: {
    ERR_EVENT_RECURSION, ERR_INVALID_ARG_TYPE, ERR_INVALID_THIS, ERR_MISSING_ARGS,
  },
} = require('internal/errors');
const { emitWarning } = require('internal/util');
const { inspect } = require('internal/util/inspect');
const { compareBy } = require('internal/util/private_state');
const {
  kValidateObjectAllowObjects, validateAbortSignal, validateObject,
} = require('internal/validators');
const { now } = require('internal/performance');

const custom = SymbolFor('nodejs.util.inspect.custom');
let trusted = false; // the event that is being made

class Event {
  #type;
  #bubbles;
  #cancelable;
  #composed;
  #defaultPrevented = false;
  #timestamp = now();
  #propagationStopped = false;
  #isTrusted = false;
  #target = null;
  #currentTarget = null;
  #stopped = false;
  #dispatching = false;
  #passive = false;

  constructor(type, options = undefined) {
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('type');
    if (options !== undefined && options !== null)
      validateObject(options, 'options', kValidateObjectAllowObjects);
    this.#bubbles = !!options?.bubbles;
    this.#cancelable = !!options?.cancelable;
    this.#composed = !!options?.composed;
    this.#type = `${type}`;
    this.#isTrusted = trusted;
  }

  static isEvent(value) {
    return value !== null && typeof value === 'object' && #type in value;
  }

  static begin(event, target) {
    if (event.#dispatching)
      throw new ERR_EVENT_RECURSION(event.#type);
    event.#dispatching = true;
    event.#target = event.#currentTarget = target;
    event.#stopped = false;
  }

  static end(event) {
    event.#dispatching = false;
    event.#currentTarget = null;
    event.#propagationStopped = event.#stopped = event.#passive = false;
  }

  static isStopped(event) {
    return event.#stopped;
  }

  static stateOf(event) {
    return isEvent(event) ? [event.#type, event.#target] : undefined;
  }

  static setPassive(event, passive) {
    event.#passive = passive;
  }

  initEvent(type, bubbles = false, cancelable = false) {
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('type');
    Event.#check(this);
    if (this.#dispatching)
      return;
    this.#type = `${type}`;
    this.#bubbles = !!bubbles;
    this.#cancelable = !!cancelable;
    this.#defaultPrevented = false;
  }

  static #check(event) {
    if (event === null || typeof event !== 'object' || !(#type in event))
      throw new ERR_INVALID_THIS('Event');
    return event;
  }

  [custom](depth, options) {
    Event.#check(this);
    const name = this.constructor.name;
    if (depth < 0)
      return name;
    const nested = { ...options, depth: options.depth === null ? null : options.depth - 1 };
    return `${name} ${inspect({
      type: this.#type,
      defaultPrevented: this.#defaultPrevented,
      cancelable: this.#cancelable,
      timeStamp: this.#timestamp,
    }, nested)}`;
  }

  stopImmediatePropagation() {
    Event.#check(this).#stopped = true;
    this.#propagationStopped = true;
  }

  preventDefault() {
    Event.#check(this);
    if (this.#cancelable && !this.#passive)
      this.#defaultPrevented = true;
  }

  get target() {
    return Event.#check(this).#target;
  }

  get currentTarget() {
    return Event.#check(this).#currentTarget;
  }

  get srcElement() {
    return Event.#check(this).#target;
  }

  get type() {
    return Event.#check(this).#type;
  }

  get cancelable() {
    return Event.#check(this).#cancelable;
  }

  get defaultPrevented() {
    return Event.#check(this).#defaultPrevented;
  }

  get timeStamp() {
    return Event.#check(this).#timestamp;
  }

  composedPath() {
    return Event.#check(this).#dispatching ? [this.#currentTarget] : [];
  }

  get returnValue() {
    return !Event.#check(this).#defaultPrevented;
  }

  get bubbles() {
    return Event.#check(this).#bubbles;
  }

  get composed() {
    return Event.#check(this).#composed;
  }

  get eventPhase() {
    return Event.#check(this).#dispatching ? 2 : 0;
  }

  get isTrusted() {
    return Event.#check(this).#isTrusted;
  }

  get cancelBubble() {
    return Event.#check(this).#propagationStopped;
  }

  set cancelBubble(value) {
    if (value)
      Event.#check(this).#propagationStopped = true;
  }

  stopPropagation() {
    Event.#check(this).#propagationStopped = true;
  }
}

const { begin, end, isEvent, isStopped, setPassive } = Event;
compareBy(Event.stateOf);
delete Event.begin;
delete Event.end;
delete Event.isEvent;
delete Event.isStopped;
delete Event.setPassive;
delete Event.stateOf;

const shown = (object, members, tag) => {
  for (let i = 0; i < members.length; ++i)
    ObjectDefineProperty(object, members[i], { __proto__: null, enumerable: true });
  ObjectDefineProperty(object, SymbolToStringTag,
                       { __proto__: null, value: tag, configurable: true });
};

shown(Event.prototype, [
  'initEvent', 'stopImmediatePropagation', 'preventDefault', 'target', 'currentTarget',
  'srcElement', 'type', 'cancelable', 'defaultPrevented', 'timeStamp', 'composedPath',
  'returnValue', 'bubbles', 'composed', 'eventPhase', 'isTrusted', 'cancelBubble',
  'stopPropagation'], 'Event');
const phases = ['NONE', 'CAPTURING_PHASE', 'AT_TARGET', 'BUBBLING_PHASE'];
for (let i = 0; i < phases.length; ++i) {
  const phase = { __proto__: null, value: i, enumerable: true };
  ObjectDefineProperty(Event, phases[i], phase);
  ObjectDefineProperty(Event.prototype, phases[i], phase);
}

class CustomEvent extends Event {
  #detail;

  constructor(type, options = undefined) {
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('type');
    super(type, options);
    this.#detail = options?.detail ?? null;
  }

  static stateOf(event) {
    return event !== null && typeof event === 'object' && #detail in event ? [event.#detail] :
      undefined;
  }

  get detail() {
    if (!(#detail in this))
      throw new ERR_INVALID_THIS('CustomEvent');
    return this.#detail;
  }
}
compareBy(CustomEvent.stateOf);
delete CustomEvent.stateOf;
shown(CustomEvent.prototype, ['detail'], 'CustomEvent');

// -- targets ----------------------------------------------------------------------------

class EventTarget {
  #listeners = new Map(); // type -> list of what `addEventListener` was given
  #max;

  static isTarget(value) {
    return value !== null && typeof value === 'object' && #listeners in value;
  }

  static stateOf(target) {
    return isTarget(target) ? [target.#listeners] : undefined;
  }

  static find(target, type) {
    return MapPrototypeGet(target.#listeners, type);
  }

  static max(target, n) {
    if (n !== undefined)
      target.#max = n;
    return target.#max;
  }

  static #check(target) {
    if (!isTarget(target))
      throw new ERR_INVALID_THIS('EventTarget');
  }

  addEventListener(type, listener, options = undefined) {
    EventTarget.#check(this);
    if (arguments.length < 2)
      throw new ERR_MISSING_ARGS('type', 'listener');
    const settings = readOptions(options);
    const { signal } = settings;
    validateAbortSignal(signal, 'options.signal');
    if (!isListener(listener))
      return;
    type = `${type}`;
    if (signal?.aborted)
      return;
    let list = MapPrototypeGet(this.#listeners, type);
    if (list === undefined) {
      list = [];
      MapPrototypeSet(this.#listeners, type, list);
    }
    for (let i = 0; i < list.length; ++i)
      if (list[i].listener === listener && list[i].capture === settings.capture)
        return;
    ArrayPrototypePush(list, {
      listener, capture: settings.capture, once: settings.once,
      passive: settings.passive, removed: false,
    });
    if (signal !== undefined)
      signal.addEventListener('abort', () => {
        this.removeEventListener(type, listener, options);
      }, { once: true });
    const max = this.#max === undefined ? require('internal/events').defaultMaxListeners :
      this.#max;
    if (max > 0 && list.length > max && !list.warned) {
      list.warned = true;
      const warning = new Error(
        `Possible EventTarget memory leak detected. ${list.length} ${type} listeners added to ` +
        `${inspect(this, { depth: -1 })}. MaxListeners is ${max}. Use ` +
        'events.setMaxListeners() to increase limit');
      warning.name = 'MaxListenersExceededWarning';
      warning.target = this;
      warning.type = type;
      warning.count = list.length;
      emitWarning(warning);
    }
  }

  removeEventListener(type, listener, options = undefined) {
    EventTarget.#check(this);
    if (arguments.length < 2)
      throw new ERR_MISSING_ARGS('type', 'listener');
    if (!isListener(listener))
      return;
    type = `${type}`;
    const capture = !!(options !== null && typeof options === 'object' ? options.capture : options);
    const list = MapPrototypeGet(this.#listeners, type);
    if (list === undefined)
      return;
    for (let i = 0; i < list.length; ++i) {
      if (list[i].listener === listener && list[i].capture === capture) {
        this.#drop(type, list, list[i]);
        return;
      }
    }
  }

  #drop(type, list, entry) {
    entry.removed = true;
    for (let i = 0; i < list.length; ++i) {
      if (list[i] === entry) {
        ArrayPrototypeSplice(list, i, 1);
        break;
      }
    }
    if (list.length === 0)
      MapPrototypeDelete(this.#listeners, type);
  }

  dispatchEvent(event) {
    EventTarget.#check(this);
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('event');
    if (!isEvent(event))
      throw new ERR_INVALID_ARG_TYPE('event', 'Event', event);
    begin(event, this);
    const { type } = event;
    const list = MapPrototypeGet(this.#listeners, type);
    const entries = list === undefined ? [] : ArrayPrototypeSlice(list);
    for (let i = 0; i < entries.length && !isStopped(event); ++i) {
      const entry = entries[i];
      if (entry.removed)
        continue;
      if (entry.once)
        this.#drop(type, list, entry);
      setPassive(event, entry.passive);
      const { listener } = entry;
      // What a listener throws ends no other one; it is told as uncaught.
      try {
        const result = typeof listener === 'function' ?
          FunctionPrototypeCall(listener, this, event) : listener.handleEvent(event);
        if (result !== undefined && result !== null && typeof result.then === 'function')
          FunctionPrototypeCall(result.then, result, undefined, reportLater);
      } catch (error) {
        reportLater(error);
      }
      setPassive(event, false);
    }
    end(event);
    return !event.defaultPrevented;
  }

  [custom](depth, options) {
    EventTarget.#check(this);
    const { name } = this.constructor;
    if (depth < 0)
      return name;
    const nested = { ...options, depth: options.depth === null ? null : options.depth - 1 };
    return `${name} ${inspect({}, nested)}`;
  }
}

const { find, isTarget, max: maxOfTarget } = EventTarget;
compareBy(EventTarget.stateOf);
delete EventTarget.stateOf;
delete EventTarget.find;
delete EventTarget.isTarget;
delete EventTarget.max;
shown(EventTarget.prototype, ['addEventListener', 'removeEventListener', 'dispatchEvent'],
      'EventTarget');

function reportLater(error) {
  internalBinding('tasks').enqueueMicrotask(() => {
    throw error;
  });
}

function readOptions(options) {
  if (typeof options === 'boolean')
    return { capture: options, once: false, passive: false, signal: undefined };
  if (options === null || options === undefined)
    return { capture: false, once: false, passive: false, signal: undefined };
  validateObject(options, 'options', kValidateObjectAllowObjects);
  return {
    capture: !!options.capture,
    once: !!options.once,
    passive: !!options.passive,
    signal: options.signal,
  };
}

function isListener(listener) {
  if (typeof listener === 'function' || typeof listener?.handleEvent === 'function')
    return true;
  if (listener === undefined || listener === null)
    return false;
  if (typeof listener === 'object')
    return true;
  throw new ERR_INVALID_ARG_TYPE('listener', 'EventListener', listener);
}

function listenersOfTarget(target, type) {
  const list = find(target, type);
  const listeners = [];
  for (let i = 0; list !== undefined && i < list.length; ++i)
    ArrayPrototypePush(listeners, list[i].listener);
  return listeners;
}

// `target.onabort = f`: a listener that is replaced in its place.
function defineHandler(prototype, name) {
  const key = Symbol(`on${name}`);
  ObjectDefineProperty(prototype, `on${name}`, {
    __proto__: null,
    get() {
      return this[key]?.handler ?? null;
    },
    set(value) {
      const handler = typeof value === 'function' ||
        (value !== null && typeof value === 'object') ? value : null;
      const before = this[key];
      if (before !== undefined && before.handler !== null) {
        before.handler = handler;
        if (handler === null)
          this.removeEventListener(name, before.call);
        return;
      }
      if (handler === null)
        return;
      const holder = {
        __proto__: null,
        handler,
        call(event) {
          if (typeof holder.handler === 'function')
            FunctionPrototypeCall(holder.handler, this, event);
        },
      };
      ObjectDefineProperty(this, key, { __proto__: null, value: holder, configurable: true });
      this.addEventListener(name, holder.call);
    },
    configurable: true,
    enumerable: true,
  });
}

function trustedEvent(type) {
  trusted = true;
  try {
    return new Event(type);
  } finally {
    trusted = false;
  }
}

module.exports = {
  CustomEvent,
  Event,
  EventTarget,
  defineHandler,
  isTarget,
  listenersOfTarget,
  maxOfTarget,
  trustedEvent,
};

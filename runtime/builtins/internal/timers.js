'use strict';

// Timers that are objects (https://nodejs.org/api/timers.html).

const {
  Map,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  MathTrunc,
  ObjectDefineProperty,
  ReflectApply,
  Symbol,
  SymbolDispose,
  SymbolToPrimitive,
} = primordials;

const { customPromisify, emitWarning } = require('internal/util');
const { compareBy } = require('internal/util/private_state');
const { validateFunction } = require('internal/validators');
const { cancel, setRef, start } = internalBinding('timers');

const delayMax = 2 ** 31 - 1;

// Those whose number a script knows.
const byNumber = new Map();

function delayOf(value) {
  value *= 1;
  if (value >= 1 && value <= delayMax)
    return MathTrunc(value);
  if (value > delayMax)
    emitWarning(`${value} does not fit into a 32-bit signed integer.\n` +
                'Timeout duration was set to 1.', 'TimeoutOverflowWarning');
  return 1;
}

class Timeout {
  #id = 0; // 0: not running
  #number = 0;
  #args;
  #delay;
  #repeat;
  #hasRef = true;
  #closed = false;

  constructor(callback, delay, args, repeat) {
    this._onTimeout = callback; // a property, so that stacks name it
    this.#args = args;
    this.#delay = delayOf(delay);
    this.#repeat = repeat;
    this.#start();
  }

  #start() {
    this.#id = start(() => {
      if (!this.#repeat) {
        this.#id = 0;
        this.#forget();
      }
      const callback = this._onTimeout;
      if (typeof callback === 'function')
        ReflectApply(callback, this, this.#args);
    }, this.#delay, this.#repeat);
    if (!this.#hasRef)
      setRef(this.#id, false);
  }

  #forget() {
    if (this.#number !== 0)
      MapPrototypeDelete(byNumber, this.#number);
  }

  static clear(timer) {
    timer.#closed = true;
    timer._onTimeout = undefined;
    if (timer.#id !== 0)
      cancel(timer.#id);
    timer.#id = 0;
    timer.#forget();
  }

  static isTimeout(value) {
    return value !== null && typeof value === 'object' && #id in value;
  }

  refresh() {
    if (!this.#closed) {
      if (this.#id !== 0)
        cancel(this.#id);
      this.#start();
    }
    return this;
  }

  ref() {
    this.#hasRef = true;
    if (this.#id !== 0)
      setRef(this.#id, true);
    return this;
  }

  unref() {
    this.#hasRef = false;
    if (this.#id !== 0)
      setRef(this.#id, false);
    return this;
  }

  hasRef() {
    return this.#hasRef;
  }

  close() {
    clear(this);
    return this;
  }

  [SymbolToPrimitive]() {
    if (this.#number === 0)
      this.#number = this.#id;
    if (this.#id !== 0)
      MapPrototypeSet(byNumber, this.#number, this);
    return this.#number;
  }
}

class Immediate {
  #id = 0;
  #hasRef = true;

  constructor(callback, args) {
    this._onImmediate = callback;
    this.#id = start(() => {
      this.#id = 0;
      const { _onImmediate: callback } = this;
      if (typeof callback === 'function')
        ReflectApply(callback, this, args);
    }, 0, false);
  }

  static clear(immediate) {
    if (immediate.#id !== 0)
      cancel(immediate.#id);
    immediate.#id = 0;
    immediate._onImmediate = undefined;
  }

  static isImmediate(value) {
    return value !== null && typeof value === 'object' && #id in value;
  }

  ref() {
    return this.#set(true);
  }

  unref() {
    return this.#set(false);
  }

  #set(hasRef) {
    this.#hasRef = hasRef;
    if (this.#id !== 0)
      setRef(this.#id, hasRef);
    return this;
  }

  hasRef() {
    return this.#hasRef && this.#id !== 0;
  }
}

const { clear, isTimeout } = Timeout;
const { clear: clearOne, isImmediate } = Immediate;
delete Timeout.clear;
delete Timeout.isTimeout;
delete Immediate.clear;
delete Immediate.isImmediate;

// Each is equal to itself alone.
compareBy((value) => (isTimeout(value) ? [Symbol()] : undefined));
compareBy((value) => (isImmediate(value) ? [Symbol()] : undefined), true);

if (SymbolDispose !== undefined) {
  const dispose = (name, end) => ({
    __proto__: null,
    value: { [name]() {
      end(this);
    } }[name],
    writable: true,
    configurable: true,
  });
  ObjectDefineProperty(Timeout.prototype, SymbolDispose, dispose('[Symbol.dispose]', clear));
  ObjectDefineProperty(Immediate.prototype, SymbolDispose,
                       dispose('[Symbol.dispose]', clearOne));
}

function setTimeout(callback, after, ...args) {
  validateFunction(callback, 'callback');
  return new Timeout(callback, after, args, false);
}

function setInterval(callback, repeat, ...args) {
  validateFunction(callback, 'callback');
  return new Timeout(callback, repeat, args, true);
}

function setImmediate(callback, ...args) {
  validateFunction(callback, 'callback');
  return new Immediate(callback, args);
}

function clearTimeout(timer) {
  if (typeof timer === 'number' || typeof timer === 'string')
    timer = MapPrototypeGet(byNumber, +timer);
  if (isTimeout(timer))
    clear(timer);
}

function clearInterval(timer) {
  clearTimeout(timer);
}

function clearImmediate(immediate) {
  if (isImmediate(immediate))
    clearOne(immediate);
}

function promisified(name) {
  return {
    __proto__: null,
    enumerable: true,
    get() {
      return require('internal/timers_promises')[name];
    },
  };
}
ObjectDefineProperty(setTimeout, customPromisify, promisified('setTimeout'));
ObjectDefineProperty(setImmediate, customPromisify, promisified('setImmediate'));

module.exports = {
  setTimeout,
  clearTimeout,
  setImmediate,
  clearImmediate,
  setInterval,
  clearInterval,
};

'use strict';

// `mock.timers`: timers and dates whose time a test moves.

const {
  ArrayIsArray,
  ArrayPrototypeFilter,
  ArrayPrototypeIncludes,
  ArrayPrototypePush,
  Date,
  DatePrototypeGetTime,
  DatePrototypeToString,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectKeys,
  ObjectPrototypeIsPrototypeOf,
  Promise,
  ReflectApply,
  ReflectConstruct,
  SymbolDispose,
  globalThis,
} = primordials;

// The public ones: what scripts get of them is exchanged.
const timers = require('timers');
const timersPromises = require('timers/promises');
const {
  codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_INVALID_STATE },
} = require('internal/errors');
const { validateObject } = require('internal/validators');

const known = ['setTimeout', 'setInterval', 'setImmediate', 'Date', 'scheduler.wait'];
const cancels = {
  __proto__: null,
  setTimeout: 'clearTimeout', setInterval: 'clearInterval', setImmediate: 'clearImmediate',
};

class Timeout {
  constructor(id, callback, runAt, interval, args) {
    this.id = id;
    this.callback = callback;
    this.runAt = runAt;
    this.interval = interval; // undefined: once
    this.args = args;
  }

  hasRef() {
    return true;
  }

  ref() {
    return this;
  }

  unref() {
    return this;
  }

  refresh() {
    return this;
  }
}

const delayOf = (value) => +value || 0;
const intervalOf = (value) => (value >= 1 ? +value : 1);

class MockTimers {
  #apis = null; // null: not enabled
  #now = 0;
  #lastId = 0;
  #pending = [];
  #replaced = []; // what `reset` puts back

  enable(options = {}) {
    validateObject(options, 'options');
    if (this.#apis !== null)
      throw new ERR_INVALID_STATE('MockTimers is already enabled!');
    const { apis = ['setInterval', 'setTimeout', 'setImmediate', 'Date'], now = 0 } = options;
    if (!ArrayIsArray(apis))
      throw new ERR_INVALID_ARG_TYPE('options.apis', 'Array', apis);
    for (let i = 0; i < apis.length; ++i)
      if (!ArrayPrototypeIncludes(known, apis[i]))
        throw new ERR_INVALID_ARG_VALUE('options.apis', apis[i],
                                        `option ${apis[i]} is not supported`);
    this.#now = this.#readTime(now);
    this.#apis = apis;
    for (let i = 0; i < apis.length; ++i)
      this.#replaceApi(apis[i]);
  }

  #readTime(now) {
    if (ObjectPrototypeIsPrototypeOf(Date.prototype, now))
      now = DatePrototypeGetTime(now);
    if (typeof now !== 'number')
      throw new ERR_INVALID_ARG_TYPE('initialTime', 'number', now);
    this.#checkTime(now);
    return now;
  }

  #checkTime(time) {
    if (typeof time !== 'number')
      throw new ERR_INVALID_ARG_TYPE('time', 'number', time);
    if (time < 0)
      throw new ERR_INVALID_ARG_VALUE('time', 'positive integer', `${time}`);
  }

  #needEnabled() {
    if (this.#apis === null)
      throw new ERR_INVALID_STATE(
        'You should enable MockTimers first by calling the .enable function');
  }

  // -- what scripts call ----------------------------------------------------------------

  #replace(object, key, value) {
    const property = ObjectGetOwnPropertyDescriptor(object, key);
    if (property === undefined)
      return;
    ArrayPrototypePush(this.#replaced, { object, key, property });
    ObjectDefineProperty(object, key, {
      __proto__: null, value, writable: true, enumerable: property.enumerable, configurable: true,
    });
  }

  #replaceApi(api) {
    if (api === 'Date') {
      this.#replace(globalThis, 'Date', this.#makeDate());
      return;
    }
    if (api === 'scheduler.wait') {
      if (timersPromises.scheduler !== undefined)
        this.#replace(timersPromises.scheduler, 'wait',
                      (delay, options) => this.#promise(delay, undefined, options));
      return;
    }
    const { start, promised } = this.#makeApi(api);
    const cancel = (timer) => this.#cancel(timer);
    const places = [globalThis, timers];
    for (let i = 0; i < places.length; ++i) {
      this.#replace(places[i], api, start);
      this.#replace(places[i], cancels[api], cancel);
    }
    this.#replace(timersPromises, api, promised);
  }

  #makeApi(api) {
    if (api === 'setImmediate')
      return {
        start: (callback, ...args) => this.#add(callback, 0, undefined, args),
        promised: (value, options) => this.#promise(0, value, options),
      };
    if (api === 'setTimeout')
      return {
        start: (callback, delay, ...args) =>
          this.#add(callback, delayOf(delay), undefined, args),
        promised: (delay, value, options) => this.#promise(delayOf(delay), value, options),
      };
    return {
      start: (callback, delay, ...args) =>
        this.#add(callback, intervalOf(delay), intervalOf(delay), args),
      promised: (delay, value) => this.#ticks(intervalOf(delay), value),
    };
  }

  #makeDate() {
    const now = () => this.#now;
    function MockDate(...args) {
      if (new.target === undefined)
        return DatePrototypeToString(new Date(now()));
      return ReflectConstruct(Date, args.length === 0 ? [now()] : args,
                              new.target === MockDate ? Date : new.target);
    }
    const { parse, UTC, prototype } = Date;
    const members = { name: 'Date', length: 7, now, parse, UTC, prototype };
    const names = ObjectKeys(members);
    for (let i = 0; i < names.length; ++i)
      ObjectDefineProperty(MockDate, names[i],
                           { __proto__: null, value: members[names[i]] });
    return MockDate;
  }

  // -- timers ---------------------------------------------------------------------------

  #add(callback, delay, interval, args) {
    const timer = new Timeout(++this.#lastId, callback, this.#now + delay, interval, args);
    ArrayPrototypePush(this.#pending, timer);
    return timer;
  }

  #cancel(timer) {
    this.#pending = ArrayPrototypeFilter(
      this.#pending, (other) => other !== timer && other.id !== timer);
  }

  #promise(delay, value, { signal } = {}) {
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      if (signal?.aborted) {
        abort();
        return;
      }
      const timer = this.#add(() => resolve(value), delay, undefined, []);
      signal?.addEventListener('abort', () => {
        this.#cancel(timer);
        abort();
      }, { once: true });
    });
  }

  async* #ticks(delay, value) {
    for (;;)
      yield await this.#promise(delay, value);
  }

  // The one that is next, of those until `end`.
  #takeNext(end) {
    let first;
    for (let i = 0; i < this.#pending.length; ++i) {
      const timer = this.#pending[i];
      if (timer.runAt <= end && (first === undefined || timer.runAt < first.runAt))
        first = timer;
    }
    return first;
  }

  tick(time = 1) {
    this.#needEnabled();
    this.#checkTime(time);
    this.#moveTo(this.#now + time);
  }

  #moveTo(end) {
    this.#now = end;
    for (let timer; (timer = this.#takeNext(end)) !== undefined;) {
      if (timer.interval === undefined)
        this.#cancel(timer);
      else
        timer.runAt += timer.interval;
      ReflectApply(timer.callback, undefined, timer.args);
    }
  }

  runAll() {
    this.#needEnabled();
    let end = this.#now;
    for (let i = 0; i < this.#pending.length; ++i)
      if (this.#pending[i].runAt > end)
        end = this.#pending[i].runAt;
    this.#moveTo(end);
  }

  setTime(time = 0) {
    this.#needEnabled();
    this.#checkTime(time);
    this.#now = time;
  }

  reset() {
    if (this.#apis === null)
      return;
    for (let i = this.#replaced.length - 1; i >= 0; --i) {
      const { object, key, property } = this.#replaced[i];
      ObjectDefineProperty(object, key, { __proto__: null, ...property });
    }
    this.#replaced = [];
    this.#pending = [];
    this.#apis = null;
    this.#now = 0;
  }

  [SymbolDispose]() {
    this.reset();
  }
}

module.exports = { MockTimers };

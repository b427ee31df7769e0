'use strict';

// `performance`: the clock and the marks (https://w3c.github.io/hr-time/).

const { ObjectDefineProperty, SymbolToStringTag } = primordials;

const { codes: { ERR_ILLEGAL_CONSTRUCTOR, ERR_INVALID_THIS } } = require('internal/errors');
const { now, timeOrigin } = internalBinding('clock');

let allowed = false;

class Performance {
  #made = true;

  constructor() {
    if (!allowed)
      throw new ERR_ILLEGAL_CONSTRUCTOR();
  }

  static #check(object) {
    if (object === null || typeof object !== 'object' || !(#made in object))
      throw new ERR_INVALID_THIS('Performance');
  }

  // Milliseconds since `timeOrigin`, which is when the context was made.
  now() {
    Performance.#check(this);
    return now();
  }

  get timeOrigin() {
    Performance.#check(this);
    return timeOrigin();
  }

  toJSON() {
    Performance.#check(this);
    return { timeOrigin: timeOrigin() };
  }
}

const members = ['now', 'timeOrigin', 'toJSON'];
for (let i = 0; i < members.length; ++i)
  ObjectDefineProperty(Performance.prototype, members[i], { __proto__: null, enumerable: true });
ObjectDefineProperty(Performance.prototype, SymbolToStringTag,
                     { __proto__: null, value: 'Performance', configurable: true });

allowed = true;
const performance = new Performance();
allowed = false;

module.exports = { Performance, now, performance };

'use strict';

// 'SIGINT' of `process` while code runs that ends on the signal instead (`breakOnSigint`):
// its listeners are out of the way. Without a process there are none.

const { ReflectApply } = primordials;

let process;
let emitter; // its methods, before any script

const listeners = {
  // The signal stays watched meanwhile.
  silenced: false,

  // internal/process tells.
  register(ofWhom, { prototype: { addListener, rawListeners, removeAllListeners } }) {
    process = ofWhom;
    emitter = { __proto__: null, addListener, rawListeners, removeAllListeners };
  },

  // What `action` gives.
  without(action) {
    const kept = process === undefined ? [] : ReflectApply(emitter.rawListeners, process, ['SIGINT']);
    if (kept.length === 0)
      return action();
    listeners.silenced = true;
    ReflectApply(emitter.removeAllListeners, process, ['SIGINT']);
    try {
      return action();
    } finally {
      for (let i = 0; i < kept.length; ++i)
        ReflectApply(emitter.addListener, process, ['SIGINT', kept[i]]);
      listeners.silenced = false;
    }
  },
};

module.exports = listeners;

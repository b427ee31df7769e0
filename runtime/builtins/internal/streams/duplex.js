'use strict';

// `stream.Duplex` (https://nodejs.org/api/stream.html#duplex-and-transform-streams): a Readable
// that has what a Writable has.

const {
  FunctionPrototypeCall,
  ObjectDefineProperties,
  ObjectGetOwnPropertyNames,
  ObjectSetPrototypeOf,
} = primordials;

const { construct } = require('internal/streams/life');
const {
  Readable, addSignal, initReadable, readyToRead,
} = require('internal/streams/readable');
const { Stream } = require('internal/streams/stream');
const {
  Writable, initWritable, properties, readyToWrite,
} = require('internal/streams/writable');

function Duplex(options) {
  if (!(this instanceof Duplex))
    return new Duplex(options);
  initReadable(this, options, true);
  initWritable(this, options, true);
  if (typeof options?.construct === 'function')
    this._construct = options.construct;
  FunctionPrototypeCall(Stream, this, options);
  this.allowHalfOpen = options?.allowHalfOpen !== false;
  if (options?.readable === false) {
    this._readableState.readable = false;
    this._readableState.ended = true;
    this._readableState.endEmitted = true;
  }
  if (options?.writable === false) {
    const state = this._writableState;
    state.writable = false;
    state.ending = true;
    state.ended = true;
    state.finished = true;
  }
  if (options?.encoding)
    this.setEncoding(options.encoding);
  construct(this, () => {
    readyToRead(this);
    readyToWrite(this);
  });
  if (options?.signal)
    addSignal(this, options.signal);
}
ObjectSetPrototypeOf(Duplex.prototype, Readable.prototype);
ObjectSetPrototypeOf(Duplex, Readable);

{
  const names = ObjectGetOwnPropertyNames(Writable.prototype);
  for (let i = 0; i < names.length; ++i) {
    const name = names[i];
    if (name !== 'constructor' && !(name in Duplex.prototype) && !(name in properties))
      Duplex.prototype[name] = Writable.prototype[name];
  }
  Duplex.prototype.destroy = Writable.prototype.destroy;
  ObjectDefineProperties(Duplex.prototype, properties);
  ObjectDefineProperties(Duplex.prototype, {
    __proto__: null,
    destroyed: {
      __proto__: null,
      configurable: true,
      enumerable: false,
      get() {
        return !!this._readableState && !!this._writableState &&
          this._readableState.destroyed && this._writableState.destroyed;
      },
      set(value) {
        if (this._readableState && this._writableState) {
          this._readableState.destroyed = value;
          this._writableState.destroyed = value;
        }
      },
    },
  });
}

module.exports = { Duplex };

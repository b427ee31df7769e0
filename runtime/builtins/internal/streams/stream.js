'use strict';

// `Stream`, what all streams are; by itself it is a stream of the oldest kind.

const { FunctionPrototypeCall, ObjectSetPrototypeOf } = primordials;

const EventEmitter = require('internal/events');

function Stream(options) {
  FunctionPrototypeCall(EventEmitter, this, options);
}
ObjectSetPrototypeOf(Stream.prototype, EventEmitter.prototype);
ObjectSetPrototypeOf(Stream, EventEmitter);

Stream.prototype.pipe = function pipe(to, options) {
  const onData = (chunk) => {
    if (to.writable && to.write(chunk) === false && this.pause)
      this.pause();
  };
  const onDrain = () => {
    if (this.readable && this.resume)
      this.resume();
  };
  let ended = false;
  const onEnd = () => {
    if (!ended)
      to.end();
    ended = true;
  };
  const onClose = () => {
    if (!ended && typeof to.destroy === 'function')
      to.destroy();
    ended = true;
  };
  const clean = () => {
    this.removeListener('data', onData);
    to.removeListener('drain', onDrain);
    this.removeListener('end', onEnd);
    this.removeListener('close', onClose);
    this.removeListener('end', clean);
    this.removeListener('close', clean);
    to.removeListener('close', clean);
  };
  this.on('data', onData);
  to.on('drain', onDrain);
  if (!to._isStdio && options?.end !== false) {
    this.on('end', onEnd);
    this.on('close', onClose);
  }
  this.on('end', clean);
  this.on('close', clean);
  to.on('close', clean);
  to.emit('pipe', this);
  return to;
};

module.exports = { Stream };

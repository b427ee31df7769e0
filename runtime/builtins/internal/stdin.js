'use strict';

// `process.stdin`: what the host's input gives, while somebody reads it.

const { Error } = primordials;

const { nextTick } = require('internal/process');
const { part } = require('internal/streams/chunks');
const { Readable } = require('internal/streams/readable');

function systemError({ 0: errno, 1: code, 2: words }) {
  const error = new Error(`${code}: ${words}, read`);
  error.errno = errno;
  error.code = code;
  error.syscall = 'read';
  return error;
}

// `binding`: of the process.
function makeInput(binding, isTerminal) {
  let reading = false;

  function came(failure, bytes) {
    if (failure === undefined) {
      if (!stream.push(part(bytes, 0)))
        stop();
      return;
    }
    reading = false;
    if (failure === null)
      stream.push(null);
    else
      stream.destroy(systemError(failure));
  }

  function stop() {
    if (!reading)
      return;
    reading = false;
    binding.readStop();
  }

  const stream = new Readable({
    __proto__: null,
    read() {
      if (reading)
        return;
      reading = true;
      const failure = binding.readStart(came);
      if (failure !== undefined) {
        reading = false;
        stream.destroy(systemError(failure));
      }
    },
    destroy(error, done) {
      stop();
      done(error);
    },
  });
  stream.fd = 0;
  if (isTerminal)
    stream.isTTY = true;
  stream.ref = function ref() {
    binding.setInputRef(true);
    return this;
  };
  stream.unref = function unref() {
    binding.setInputRef(false);
    return this;
  };
  // Who does not read does not keep the program alive. A tick later: `resume` may have been
  // called before, and begins to read in a tick too.
  stream.on('pause', () => nextTick(() => {
    if (!reading || stream.readableFlowing !== false)
      return;
    stop();
    stream._readableState.reading = false;
  }));
  return stream;
}

module.exports = { makeInput };

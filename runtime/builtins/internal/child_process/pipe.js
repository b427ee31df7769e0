'use strict';

// A pipe to a child, as a stream of `node:stream`.

const binding = internalBinding('net');
const { forget, watch } = require('internal/net');
const { systemError } = require('internal/child_process/options');
const { part } = require('internal/streams/chunks');

const endOfFile = -4095;

// `id`: of the socket; 0: there is none, and the stream has ended.
function makePipe(id, isReadable, isWritable) {
  let reading = false;
  let written;
  let shut;

  function stop() {
    if (id === 0)
      return;
    forget(id);
    id = 0;
  }

  const options = {
    __proto__: null,
    allowHalfOpen: false,
    highWaterMark: 65536,
    destroy(error, done) {
      stop();
      done(error);
    },
  };
  if (isReadable)
    options.read = function() {
      if (id === 0) {
        stream.push(null);
      } else if (!reading) {
        reading = true;
        const failure = binding.read(id, true);
        if (failure !== 0)
          stream.destroy(systemError(failure, 'read'));
      }
    };
  if (isWritable) {
    options.write = function(chunk, encoding, done) {
      const status = id === 0 ? [-32, 'EPIPE'] : binding.write(id, [chunk]);
      if (status === 0)
        done();
      else if (status === 1)
        written = done;
      else
        done(systemError(status, 'write'));
    };
    options.final = function(done) {
      if (id === 0 || binding.shut(id) !== 0)
        done();
      else
        shut = done;
    };
  }
  const kinds = {
    __proto__: null,
    duplex: () => require('internal/streams/duplex').Duplex,
    readable: () => require('internal/streams/readable').Readable,
    writable: () => require('internal/streams/writable').Writable,
  };
  const Kind = kinds[isReadable && isWritable ? 'duplex' : isReadable ? 'readable' : 'writable']();
  const stream = new Kind(options);

  if (id !== 0)
    watch(id, {
      _come(status, bytes) {
        if (bytes !== undefined && !stream.push(part(bytes, 0)) && id !== 0) {
          reading = false;
          binding.read(id, false);
        }
        if (status === 0)
          return;
        reading = false;
        if (status[0] === endOfFile)
          isReadable ? stream.push(null) : stop();
        else if (status[1] === 'ECANCELED') // with the request that began it
          stream.destroy();
        else
          stream.destroy(systemError(status, 'read'));
      },
      _written(status) {
        const done = written;
        written = undefined;
        done?.(status === 0 ? undefined : systemError(status, 'write'));
      },
      _shut() {
        const done = shut;
        shut = undefined;
        done?.();
      },
    });
  stream.ref = function ref() {
    if (id !== 0)
      binding.setRef(id, true);
    return stream;
  };
  stream.unref = function unref() {
    if (id !== 0)
      binding.setRef(id, false);
    return stream;
  };
  return stream;
}

module.exports = { makePipe };

'use strict';

// What https://nodejs.org/api/tty.html says of the three standard streams. Terminals that a
// program opens itself: not there.

const { ObjectDefineProperty, SymbolHasInstance } = primordials;
const { codes: { ERR_FEATURE_UNAVAILABLE, ERR_INVALID_FD } } = require('internal/errors');
const { isTerminal, process } = require('internal/process');

function isatty(fd) {
  return isTerminal(fd);
}

// A class whose instances are the program's own streams on terminals.
function streamOf(name, isInput) {
  const made = {
    [name]: function(fd) {
      if (fd >> 0 !== fd || fd < 0)
        throw new ERR_INVALID_FD(fd);
      throw new ERR_FEATURE_UNAVAILABLE(`tty.${name}`, 'use those of `process`');
    },
  }[name];
  ObjectDefineProperty(made, SymbolHasInstance, {
    __proto__: null,
    value: (stream) => stream !== null && typeof stream === 'object' && stream.isTTY === true &&
      (isInput ? stream === process.stdin : stream === process.stdout || stream === process.stderr),
  });
  return made;
}

module.exports = {
  isatty,
  ReadStream: streamOf('ReadStream', true),
  WriteStream: streamOf('WriteStream', false),
};

'use strict';

const readline = require('internal/readline');

module.exports = {
  Interface: readline.Interface,
  clearLine: readline.clearLine,
  clearScreenDown: readline.clearScreenDown,
  createInterface: readline.createInterface,
  cursorTo: readline.cursorTo,
  moveCursor: readline.moveCursor,
  promises: readline.promises,
};

'use strict';

// Whether to colour what goes to a stream, as https://nodejs.org/api/cli.html says of terminals
// and variables; those that are empty count for nothing.

const { process } = require('internal/process');

function wantsColour(isTerminal) {
  const { FORCE_COLOR, NO_COLOR, NODE_DISABLE_COLORS, TERM } = process.env;
  if (FORCE_COLOR !== undefined)
    return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && !NO_COLOR && !NODE_DISABLE_COLORS && TERM !== 'dumb';
}

module.exports = { wantsColour };

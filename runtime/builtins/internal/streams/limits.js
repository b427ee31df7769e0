'use strict';

// How much a stream keeps before it asks to wait (`highWaterMark`).

const { MathFloor, NumberIsInteger } = primordials;

const { codes: { ERR_INVALID_ARG_VALUE } } = require('internal/errors');
const { validateInteger } = require('internal/validators');

let ofBytes = 65536;
let ofObjects = 16;

function getDefaultHighWaterMark(objectMode) {
  return objectMode ? ofObjects : ofBytes;
}

function setDefaultHighWaterMark(objectMode, value) {
  validateInteger(value, 'value', 0);
  if (objectMode)
    ofObjects = value;
  else
    ofBytes = value;
}

// `own`: the option of a side of a Duplex, or undefined.
function highWaterMarkOf(options, own, objectMode) {
  const both = options?.highWaterMark;
  const name = both !== undefined && both !== null ? 'highWaterMark' : own;
  const value = name === undefined ? undefined : options?.[name];
  if (value === undefined || value === null)
    return getDefaultHighWaterMark(objectMode);
  if (!NumberIsInteger(value) || value < 0)
    throw new ERR_INVALID_ARG_VALUE(`options.${name}`, value);
  return MathFloor(value);
}

module.exports = { getDefaultHighWaterMark, highWaterMarkOf, setDefaultHighWaterMark };

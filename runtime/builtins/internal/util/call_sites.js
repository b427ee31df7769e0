'use strict';

// `util.getCallSites`.

const { ArrayPrototypePush, String } = primordials;

const {
  validateBoolean, validateNumber, validateObject, validateInteger,
} = require('internal/validators');
const { callSites } = internalBinding('util');

const countMax = 200;

function getCallSites(frameCount = 10, options = undefined) {
  if (options === undefined && frameCount !== null && typeof frameCount === 'object') {
    options = frameCount;
    frameCount = 10;
  }
  if (options !== undefined) {
    validateObject(options, 'options');
    // There are no source maps here.
    if (options.sourceMap !== undefined)
      validateBoolean(options.sourceMap, 'options.sourceMap');
  }
  validateInteger(frameCount, 'frameCount');
  validateNumber(frameCount, 'frameCount', 1, countMax);
  const frames = callSites(frameCount);
  const sites = [];
  for (let i = 0; i < frames.length; ++i) {
    const { 0: functionName, 1: id, 2: scriptName, 3: lineNumber, 4: column } = frames[i];
    ArrayPrototypePush(sites, {
      __proto__: null, functionName, scriptId: String(id), scriptName, lineNumber,
      columnNumber: column, column,
    });
  }
  return sites;
}

module.exports = { getCallSites };

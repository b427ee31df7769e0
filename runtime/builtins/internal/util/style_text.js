'use strict';

// Colours for terminals (https://nodejs.org/api/util.html#utilstyletextformat-text-options).

const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ObjectKeys,
  StringPrototypeReplaceAll,
} = primordials;

const {
  codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE }, recapture,
} = require('internal/errors');
const { inspect } = require('internal/util/inspect');
const { validateBoolean, validateObject, validateString } = require('internal/validators');

// undefined: the context has no process.
function theProcess() {
  return ArrayPrototypeIncludes(internalBinding('builtins').names(), 'process') ?
    require('internal/process').process : undefined;
}

const isStream = (value) => value !== null && typeof value === 'object' &&
  typeof value.on === 'function' &&
  (typeof value.write === 'function' || typeof value.pipe === 'function');

// What the variables say goes before what the stream is.
function showsColours(stream, env) {
  const force = env?.FORCE_COLOR;
  if (force !== undefined)
    return ArrayPrototypeIncludes(['', 'true', '1', '2', '3'], force);
  if (!stream.isTTY || env?.NO_COLOR || env?.NODE_DISABLE_COLORS || env?.TERM === 'dumb')
    return false;
  return typeof stream.getColorDepth !== 'function' || stream.getColorDepth() > 2;
}

function codesOf(format) {
  const { colors } = inspect;
  const names = ObjectKeys(colors);
  if (!ArrayPrototypeIncludes(names, format)) {
    let list = '';
    for (let i = 0; i < names.length; ++i)
      list += `${i === 0 ? '' : ', '}'${names[i]}'`;
    throw recapture(new ERR_INVALID_ARG_VALUE('format', format, `must be one of: ${list}`),
                    styleText);
  }
  return colors[format];
}

function styleText(format, text, options = {}) {
  validateString(text, 'text');
  validateObject(options, 'options');
  const { validateStream = true } = options;
  validateBoolean(validateStream, 'options.validateStream');
  let plain = false;
  if (validateStream) {
    const process = theProcess();
    const stream = options.stream ?? process?.stdout;
    if (stream !== undefined && !isStream(stream))
      throw new ERR_INVALID_ARG_TYPE('stream', ['ReadableStream', 'WritableStream', 'Stream'],
                                     stream);
    plain = stream === undefined || !showsColours(stream, process?.env);
  }
  const list = ArrayIsArray(format) ? format : [format];
  let before = '';
  let after = '';
  for (let i = 0; i < list.length; ++i) {
    if (list[i] === 'none')
      continue;
    const codes = codesOf(list[i]);
    const begin = `\u001b[${codes[0]}m`;
    const end = `\u001b[${codes[1]}m`;
    before += begin;
    after = end + after;
    if (!plain) // what ends inside begins again
      text = StringPrototypeReplaceAll(text, end, begin);
  }
  return plain ? text : before + text + after;
}

module.exports = { styleText };

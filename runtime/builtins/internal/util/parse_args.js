'use strict';

// Arguments of a command (https://nodejs.org/api/util.html#utilparseargsconfig): texts become
// tokens, tokens become values.

const {
  ArrayPrototypeIncludes,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  ObjectHasOwn,
  ObjectKeys,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
} = primordials;

const {
  codes: {
    ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_PARSE_ARGS_INVALID_OPTION_VALUE,
    ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL, ERR_PARSE_ARGS_UNKNOWN_OPTION,
  },
} = require('internal/errors');
const {
  validateArray, validateBoolean, validateBooleanArray, validateObject, validateString,
  validateStringArray,
} = require('internal/validators');

const own = (object, key) => (ObjectHasOwn(object, key) ? object[key] : undefined);

// Those of the program, where there is one.
function argumentsOfProgram() {
  if (!ArrayPrototypeIncludes(internalBinding('builtins').names(), 'process'))
    return [];
  const { argv, execArgv } = require('internal/process').process;
  const isCode = ArrayPrototypeIncludes(execArgv, '-e') || ArrayPrototypeIncludes(execArgv, '-p') ||
    ArrayPrototypeIncludes(execArgv, '--eval') || ArrayPrototypeIncludes(execArgv, '--print');
  return ArrayPrototypeSlice(argv, isCode ? 1 : 2);
}

// -- what the caller wants --------------------------------------------------------------

function checkOption(option, name) {
  validateObject(option, name);
  const type = own(option, 'type');
  if (type !== 'string' && type !== 'boolean')
    throw new ERR_INVALID_ARG_TYPE(`${name}.type`, '(\'string|boolean\')', type);
  if (ObjectHasOwn(option, 'short')) {
    validateString(option.short, `${name}.short`);
    if (option.short.length !== 1)
      throw new ERR_INVALID_ARG_VALUE(`${name}.short`, option.short, 'must be a single character');
  }
  const multiple = own(option, 'multiple');
  if (ObjectHasOwn(option, 'multiple'))
    validateBoolean(multiple, `${name}.multiple`);
  const fallback = own(option, 'default');
  if (fallback === undefined)
    return;
  const check = type === 'string' ? (multiple ? validateStringArray : validateString) :
    multiple ? validateBooleanArray : validateBoolean;
  check(fallback, `${name}.default`);
}

// By `own` properties alone.
function settingsOf(config) {
  const args = own(config, 'args') ?? argumentsOfProgram();
  const strict = own(config, 'strict') ?? true;
  const allowPositionals = own(config, 'allowPositionals') ?? !strict;
  const tokens = own(config, 'tokens') ?? false;
  const allowNegative = own(config, 'allowNegative') ?? false;
  const options = own(config, 'options') ?? { __proto__: null };
  validateArray(args, 'args');
  validateBoolean(strict, 'strict');
  validateBoolean(allowPositionals, 'allowPositionals');
  validateBoolean(tokens, 'tokens');
  validateBoolean(allowNegative, 'allowNegative');
  validateObject(options, 'options');
  const names = ObjectKeys(options);
  const known = { __proto__: null };
  const byShort = { __proto__: null };
  for (let i = 0; i < names.length; ++i) {
    const name = names[i];
    const option = options[name];
    checkOption(option, `options.${name}`);
    known[name] = {
      type: option.type, short: own(option, 'short'), multiple: own(option, 'multiple') ?? false,
      fallback: own(option, 'default'),
    };
    if (known[name].short !== undefined)
      byShort[known[name].short] ??= name;
  }
  return { args, strict, allowPositionals, tokens, allowNegative, known, byShort };
}

// -- tokens -----------------------------------------------------------------------------

function optionToken(name, rawName, index, value, inlineValue) {
  return { kind: 'option', name, rawName, index, value, inlineValue };
}

// `-abc`: options without values, of which the last, or what follows it, may be a value.
// @returns whether the next argument was taken.
function addShort(tokens, text, index, next, { known, byShort }) {
  for (let i = 1; i < text.length; ++i) {
    const name = byShort[text[i]] ?? text[i];
    const rawName = `-${text[i]}`;
    if (known[name]?.type !== 'string') {
      ArrayPrototypePush(tokens, optionToken(name, rawName, index, undefined, undefined));
    } else if (i + 1 < text.length) {
      ArrayPrototypePush(tokens, optionToken(name, rawName, index,
                                             StringPrototypeSlice(text, i + 1), true));
      return false;
    } else {
      const takes = next !== undefined && next !== null;
      ArrayPrototypePush(tokens, optionToken(name, rawName, index, takes ? next : undefined,
                                             takes ? false : undefined));
      return takes;
    }
  }
  return false;
}

function addLong(tokens, text, index, next, { known, allowNegative }) {
  const equals = StringPrototypeIndexOf(text, '=', 3);
  const rawName = equals === -1 ? text : StringPrototypeSlice(text, 0, equals);
  const value = equals === -1 ? undefined : StringPrototypeSlice(text, equals + 1);
  let name = StringPrototypeSlice(rawName, 2);
  if (value === undefined && known[name]?.type === 'string' && next !== undefined &&
      next !== null) {
    ArrayPrototypePush(tokens, optionToken(name, rawName, index, next, false));
    return true;
  }
  if (allowNegative && StringPrototypeStartsWith(name, 'no-') && !(name in known)) {
    const positive = StringPrototypeSlice(name, 3);
    if (known[positive]?.type !== 'string')
      name = positive;
  }
  ArrayPrototypePush(tokens, optionToken(name, rawName, index, value,
                                         value === undefined ? undefined : true));
  return false;
}

function tokensOf(settings) {
  const { args } = settings;
  const tokens = [];
  let onlyPositionals = false;
  for (let i = 0; i < args.length; ++i) {
    const text = args[i];
    const isOption = !onlyPositionals && typeof text === 'string' && text.length > 1 &&
      text[0] === '-';
    if (!isOption) {
      ArrayPrototypePush(tokens, { kind: 'positional', index: i, value: text });
    } else if (text === '--') {
      onlyPositionals = true;
      ArrayPrototypePush(tokens, { kind: 'option-terminator', index: i });
    } else if ((text[1] === '-' ? addLong : addShort)(tokens, text, i, args[i + 1], settings)) {
      ++i;
    }
  }
  return tokens;
}

// -- values -----------------------------------------------------------------------------

function checkToken({ name, rawName, value, inlineValue }, { known, allowPositionals }) {
  const option = known[name];
  if (option === undefined)
    throw new ERR_PARSE_ARGS_UNKNOWN_OPTION(rawName, allowPositionals);
  if (inlineValue === false && value.length > 1 && value[0] === '-') {
    const short = rawName[1] === '-' ? '' : ` or '${rawName}-XYZ'`;
    throw new ERR_PARSE_ARGS_INVALID_OPTION_VALUE(
      `Option '${rawName}' argument is ambiguous.
Did you forget to specify the option argument for '${rawName}'?
To specify an option argument starting with a dash use '--${name}=-XYZ'${short}.`);
  }
  const names = option.short === undefined ? `--${name}` : `-${option.short}, --${name}`;
  if (option.type === 'string' && typeof value !== 'string')
    throw new ERR_PARSE_ARGS_INVALID_OPTION_VALUE(`Option '${names} <value>' argument missing`);
  if (option.type === 'boolean' && value !== undefined)
    throw new ERR_PARSE_ARGS_INVALID_OPTION_VALUE(`Option '${names}' does not take an argument`);
}

function store(values, { name, rawName, value }, { known }) {
  if (name === '__proto__')
    return;
  value ??= rawName !== `--no-${name}`;
  if (!known[name]?.multiple)
    values[name] = value;
  else if (values[name] === undefined)
    values[name] = [value];
  else
    ArrayPrototypePush(values[name], value);
}

function parseArgs(config = { __proto__: null }) {
  const settings = settingsOf(config);
  const { strict, allowPositionals, known } = settings;
  const tokens = tokensOf(settings);
  const values = { __proto__: null };
  const positionals = [];
  for (let i = 0; i < tokens.length; ++i) {
    const token = tokens[i];
    if (token.kind === 'option') {
      if (strict)
        checkToken(token, settings);
      store(values, token, settings);
    } else if (token.kind === 'positional') {
      if (!allowPositionals)
        throw new ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL(token.value);
      ArrayPrototypePush(positionals, token.value);
    }
  }
  const names = ObjectKeys(known);
  for (let i = 0; i < names.length; ++i)
    if (known[names[i]].fallback !== undefined && values[names[i]] === undefined)
      values[names[i]] = known[names[i]].fallback;
  return settings.tokens ? { values, positionals, tokens } : { values, positionals };
}

module.exports = { parseArgs };

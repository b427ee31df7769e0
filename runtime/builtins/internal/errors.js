'use strict';

// Errors with codes as Node's documentation lists them
// (https://nodejs.org/api/errors.html#nodejs-error-codes).
//
//   const { codes: { ERR_INVALID_ARG_TYPE } } = require('internal/errors');
//   throw new ERR_INVALID_ARG_TYPE('filename', 'string', value);
//
// An error is a plain TypeError, RangeError, ... with an own `code`; its stack begins with
// `TypeError [ERR_X]: message`.

const {
  AggregateError,
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  Error,
  ErrorCaptureStackTrace,
  JSONStringify,
  MathAbs,
  NumberIsInteger,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  RangeError,
  ReferenceError,
  ReflectApply,
  ReflectOwnKeys,
  RegExpPrototypeExec,
  String,
  StringPrototypeIncludes,
  StringPrototypeEndsWith,
  StringPrototypeSlice,
  StringPrototypeToLowerCase,
  SyntaxError,
  TypeError,
  URIError,
} = primordials;

const lazyInspect = (value, options) =>
  require('internal/util/inspect').inspect(value, options);

// -- defining codes ---------------------------------------------------------------------

const codes = { __proto__: null };

function hidden(object, key, value) {
  ObjectDefineProperty(object, key,
                       { __proto__: null, value, writable: true, configurable: true });
}

// Takes the stack anew, without the frames above and including `above`. The head of a
// stack is the error's name and message at the time it is taken.
function recapture(error, above) {
  if (Error.stackTraceLimit === 0)
    return error;
  const { code, name } = error;
  if (code === undefined) {
    ErrorCaptureStackTrace(error, above);
    return error;
  }
  hidden(error, 'name', `${name} [${code}]`);
  ErrorCaptureStackTrace(error, above);
  error.stack; // V8 writes it when it is first read
  delete error.name;
  return error;
}

// Defines `codes[code]`. `message` is a text or a function that makes one; as a method of
// the error, so that it may add properties.
function E(code, message, Base) {
  function NodeError(...values) {
    // V8 heads a stack with the message that the constructor was given.
    const more = {};
    const text = typeof message === 'string' ? message : ReflectApply(message, more, values);
    const error = new Base(text);
    error.code = code;
    const keys = ReflectOwnKeys(more);
    for (let i = 0; i < keys.length; ++i) {
      const { enumerable, value } = ObjectGetOwnPropertyDescriptor(more, keys[i]);
      ObjectDefineProperty(error, keys[i],
                           { __proto__: null, value, enumerable, writable: true,
                             configurable: true });
    }
    hidden(error, 'toString', function toString() {
      return `${this.name} [${code}]: ${this.message}`;
    });
    recapture(error, NodeError);
    return error;
  }
  codes[code] = NodeError;
}

// -- words ------------------------------------------------------------------------------

// 'a', 'a or b', 'a, b, or c'
function listOf(items, word) {
  const { length } = items;
  if (length === 1)
    return items[0];
  if (length === 2)
    return `${items[0]} ${word} ${items[1]}`;
  return `${ArrayPrototypeJoin(ArrayPrototypeSlice(items, 0, -1), ', ')}, ${word} ${
    items[length - 1]}`;
}

function groupDigits(digits) {
  let text = '';
  let i = digits.length;
  const start = digits[0] === '-' ? 1 : 0;
  for (; i >= start + 4; i -= 3)
    text = `_${StringPrototypeSlice(digits, i - 3, i)}${text}`;
  return `${StringPrototypeSlice(digits, 0, i)}${text}`;
}

// What a message says that it has received.
function describe(value) {
  if (value === null || value === undefined)
    return `${value}`;
  switch (typeof value) {
    case 'function':
      return `function ${value.name}`;
    case 'object': {
      const { constructor } = value;
      if (constructor !== null && constructor !== undefined && 'name' in constructor)
        return `an instance of ${constructor.name}`;
      return `${lazyInspect(value, { depth: -1 })}`;
    }
    case 'string': {
      const text = value.length > 28 ? `${StringPrototypeSlice(value, 0, 25)}...` : value;
      if (!StringPrototypeIncludes(text, '\''))
        return `type string ('${text}')`;
      return `type string (${JSONStringify(text)})`;
    }
    default:
      return `type ${typeof value} (${lazyInspect(value, { colors: false })})`;
  }
}

const typeNames = ['string', 'function', 'number', 'object', 'Function', 'Object', 'boolean',
                   'bigint', 'symbol'];
const className = /^([A-Z][a-z0-9]*)+$/;

function subject(name) {
  if (StringPrototypeEndsWith(name, ' argument'))
    return `The ${name} `;
  return `The "${name}" ${StringPrototypeIncludes(name, '.') ? 'property' : 'argument'} `;
}

function expectation(expected) {
  const types = [];
  const instances = [];
  const others = [];
  let hasObject = false;
  for (let i = 0; i < expected.length; ++i) {
    const each = expected[i];
    if (ArrayPrototypeIncludes(typeNames, each)) {
      if (each === 'object' || each === 'Object')
        hasObject = true;
      ArrayPrototypePush(types, StringPrototypeToLowerCase(each));
    } else if (RegExpPrototypeExec(className, each) !== null) {
      ArrayPrototypePush(instances, each);
    } else {
      ArrayPrototypePush(others, each);
    }
  }
  // Beside classes, an object is one of them.
  if (hasObject && instances.length > 0) {
    for (let i = 0; i < types.length; ++i) {
      if (types[i] === 'object') {
        for (let k = i + 1; k < types.length; ++k)
          types[k - 1] = types[k];
        types.length -= 1;
        ArrayPrototypePush(instances, 'Object');
        break;
      }
    }
  }
  let text = '';
  if (types.length > 0) {
    text += `${types.length > 1 ? 'one of type' : 'of type'} ${listOf(types, 'or')}`;
    if (instances.length > 0 || others.length > 0)
      text += ' or ';
  }
  if (instances.length > 0) {
    text += `an instance of ${listOf(instances, 'or')}`;
    if (others.length > 0)
      text += ' or ';
  }
  if (others.length > 1)
    text += `one of ${listOf(others, 'or')}`;
  else if (others.length === 1)
    text += `${StringPrototypeToLowerCase(others[0]) !== others[0] ? 'an ' : ''}${others[0]}`;
  return text;
}

// -- arguments --------------------------------------------------------------------------

// Without what is expected, `name` is the whole message.
E('ERR_INVALID_ARG_TYPE', (name, expected, actual) => (expected === undefined ? name :
  `${subject(name)}must be ${
    expectation(ArrayIsArray(expected) ? expected : [expected])}. Received ${describe(actual)}`),
  TypeError);

function invalidValue(name, value, reason = 'is invalid') {
  let text = lazyInspect(value);
  if (text.length > 128)
    text = `${StringPrototypeSlice(text, 0, 128)}...`;
  const kind = StringPrototypeIncludes(name, '.') ? 'property' : 'argument';
  return `The ${kind} '${name}' ${reason}. Received ${text}`;
}

E('ERR_INVALID_ARG_VALUE', invalidValue, TypeError);

// The same as a RangeError: `new codes.ERR_INVALID_ARG_VALUE.RangeError(...)`.
{
  const plain = codes.ERR_INVALID_ARG_VALUE;
  E('ERR_INVALID_ARG_VALUE', invalidValue, RangeError);
  plain.RangeError = codes.ERR_INVALID_ARG_VALUE;
  codes.ERR_INVALID_ARG_VALUE = plain;
}

E('ERR_OUT_OF_RANGE', (name, range, input, replaceDefault = false) => {
  let received;
  if (NumberIsInteger(input) && MathAbs(input) > 2 ** 32) {
    received = groupDigits(String(input));
  } else if (typeof input === 'bigint') {
    received = String(input);
    if (input > 2n ** 32n || input < -(2n ** 32n))
      received = groupDigits(received);
    received += 'n';
  } else {
    received = lazyInspect(input);
  }
  const start = replaceDefault ? name : `The value of "${name}" is out of range.`;
  return `${start} It must be ${range}. Received ${received}`;
}, RangeError);

E('ERR_MISSING_ARGS', (...names) => {
  const quoted = [];
  for (let i = 0; i < names.length; ++i) {
    const name = names[i];
    if (ArrayIsArray(name)) {
      const choice = [];
      for (let k = 0; k < name.length; ++k)
        ArrayPrototypePush(choice, `"${name[k]}"`);
      ArrayPrototypePush(quoted, ArrayPrototypeJoin(choice, ' or '));
    } else {
      ArrayPrototypePush(quoted, `"${name}"`);
    }
  }
  return `The ${listOf(quoted, 'and')} argument${
    quoted.length > 1 ? 's' : ''} must be specified`;
}, TypeError);

E('ERR_AMBIGUOUS_ARGUMENT', (name, reason) => `The "${name}" argument is ambiguous. ${reason}`,
  TypeError);
E('ERR_ARG_NOT_ITERABLE', (name) => `${name} must be iterable`, TypeError);
E('ERR_INVALID_THIS', (type) => `Value of "this" must be of type ${type}`, TypeError);
E('ERR_INVALID_TUPLE', (name, form) => `${name} must be an iterable ${form} tuple`, TypeError);
E('ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor', TypeError);
E('ERR_INVALID_RETURN_VALUE', (input, name, value) =>
  `Expected ${input} to be returned from the "${name}" function but got ${describe(value)}.`,
  TypeError);
E('ERR_INVALID_RETURN_PROPERTY_VALUE', (input, name, property, value) =>
  `Expected ${input} to be returned for the "${property}" from the "${name}" function but got ${
    describe(value)}.`, TypeError);
E('ERR_INVALID_STATE', (what) => `Invalid state: ${what}`, Error);
E('ERR_CONSTRUCT_CALL_REQUIRED', (name) =>
  `Class constructor ${name} cannot be invoked without \`new\``, TypeError);
E('ERR_METHOD_NOT_IMPLEMENTED', (name) => `The ${name} method is not implemented`, Error);
E('ERR_OPERATION_FAILED', (what) => `Operation failed: ${what}`, Error);
E('ERR_INTERNAL_ASSERTION', (what) =>
  `${what === undefined ? '' : `${what}\n`}This is a bug of Troupe.`, Error);

E('ERR_CONSOLE_WRITABLE_STREAM', (name) =>
  `Console expects a writable stream instance for ${name}`, TypeError);
E('ERR_INCOMPATIBLE_OPTION_PAIR', (a, b) =>
  `Option "${a}" cannot be used in combination with option "${b}"`, TypeError);

// -- buffers and texts ------------------------------------------------------------------

E('ERR_BUFFER_OUT_OF_BOUNDS', (name) =>
  (name ? `"${name}" is outside of buffer bounds` :
    'Attempt to access memory outside buffer bounds'), RangeError);
E('ERR_BUFFER_TOO_LARGE', (max) => `Cannot create a Buffer larger than ${max} bytes`,
  RangeError);
E('ERR_ENCODING_INVALID_ENCODED_DATA', function(encoding, errno) {
  if (errno !== undefined)
    this.errno = errno;
  return `The encoded data was not valid for encoding ${encoding}`;
}, TypeError);
E('ERR_ENCODING_NOT_SUPPORTED', (encoding) => `The "${encoding}" encoding is not supported`,
  RangeError);
E('ERR_INVALID_BUFFER_SIZE', (size) => `Buffer size must be a multiple of ${size}`, RangeError);
E('ERR_UNKNOWN_ENCODING', (encoding) => `Unknown encoding: ${encoding}`, TypeError);

// -- events, promises, timers -----------------------------------------------------------

E('ERR_EVENT_RECURSION', (type) => `The event "${type}" is already being dispatched`, Error);
E('ERR_FALSY_VALUE_REJECTION', function(reason) {
  this.reason = reason;
  return 'Promise was rejected with falsy value';
}, Error);
E('ERR_USE_AFTER_CLOSE', (name) => `${name} was closed`, Error);
E('ERR_UNHANDLED_ERROR', (what) => `Unhandled error.${what === undefined ? '' : ` (${what})`}`,
  Error);

// -- URLs -------------------------------------------------------------------------------

E('ERR_INVALID_URL', function(input, base) {
  this.input = input;
  if (base !== undefined)
    this.base = base;
  return 'Invalid URL';
}, TypeError);
E('ERR_INVALID_URI', 'URI malformed', URIError);
E('ERR_INVALID_URL_SCHEME', (expected) =>
  `The URL must be ${ArrayIsArray(expected) ?
    `one of scheme ${listOf(expected, 'or')}` : `of scheme ${expected}`}`, TypeError);
E('ERR_INVALID_FILE_URL_HOST', (platform) =>
  `File URL host must be "localhost" or empty on ${platform}`, TypeError);
E('ERR_INVALID_FILE_URL_PATH', (why) => `File URL path ${why}`, TypeError);

// -- node:util's parseArgs --------------------------------------------------------------

E('ERR_PARSE_ARGS_INVALID_OPTION_VALUE', (why) => why, TypeError);
E('ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', (argument) =>
  `Unexpected argument '${argument}'. This command does not take positional arguments`,
  TypeError);
E('ERR_PARSE_ARGS_UNKNOWN_OPTION', (option, allowPositionals) =>
  `Unknown option '${option}'${allowPositionals ?
    `. To specify a positional argument starting with a '-', place it at the end of the ` +
    `command after '--', as in '-- ${JSONStringify(option)}` : ''}`, TypeError);

// -- modules and node:vm ----------------------------------------------------------------

E('ERR_SOURCE_PHASE_NOT_DEFINED', (id) =>
  `Source phase import object is not defined for module '${id}'`, SyntaxError);
E('ERR_UNKNOWN_BUILTIN_MODULE', (name) => `No such built-in module: ${name}`, Error);
E('ERR_CONTEXT_NOT_INITIALIZED', 'context used is not initialized', Error);
E('ERR_MODULE_LINK_MISMATCH', (why) => why, TypeError);
E('ERR_SCRIPT_EXECUTION_INTERRUPTED', 'Script execution was interrupted by `SIGINT`', Error);
E('ERR_SCRIPT_EXECUTION_TIMEOUT', (ms) => `Script execution timed out after ${ms}ms`, Error);
E('ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING', 'A dynamic import callback was not specified.',
  TypeError);
E('ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG',
  'A dynamic import callback was invoked without --experimental-vm-modules', TypeError);
E('ERR_VM_MODULE_ALREADY_LINKED', 'Module has already been linked', Error);
E('ERR_VM_MODULE_CACHED_DATA_REJECTED', 'cachedData buffer was rejected', Error);
E('ERR_VM_MODULE_CANNOT_CREATE_CACHED_DATA',
  'Cached data cannot be created for a module which has been evaluated', Error);
E('ERR_VM_MODULE_DIFFERENT_CONTEXT', 'Linked modules must use the same context', Error);
E('ERR_VM_MODULE_LINK_FAILURE', function(message, cause) {
  this.cause = cause;
  return message;
}, Error);
E('ERR_VM_MODULE_NOT_MODULE', 'Provided module is not an instance of Module', Error);
E('ERR_VM_MODULE_STATUS', (why) => `Module status ${why}`, Error);

// -- processes, files and modules --------------------------------------------------------

E('ERR_ACCESS_DENIED', (what) => `Access to this API has been restricted: ${what}`, Error);
E('ERR_FEATURE_UNAVAILABLE', (name, instead = undefined) =>
  `${name} is not available in a context${instead === undefined ? '' : `: ${instead}`}`, Error);
E('ERR_INVALID_OBJECT_DEFINE_PROPERTY', (why) => why, TypeError);
E('ERR_INVALID_FD', (fd) => `"fd" must be a positive integer: ${fd}`, RangeError);
E('ERR_STREAM_NULL_VALUES', 'May not write null values to stream', TypeError);
E('ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET',
  '`process.setUncaughtExceptionCaptureCallback()` was called while a capture callback was ' +
  'already active', Error);
E('ERR_UNHANDLED_REJECTION', (reason) =>
  'This error originated either by throwing inside of an async function without a catch ' +
  'block, or by rejecting a promise which was not handled with .catch(). The promise ' +
  `rejected with the reason "${reason}".`, Error);
E('ERR_UNKNOWN_SIGNAL', (signal) => `Unknown signal: ${signal}`, TypeError);
E('ERR_FS_EISDIR', (what) => what, Error);
E('ERR_FS_FILE_TOO_LARGE', (size) => `File size (${size}) is greater than 2 GiB`, RangeError);

E('ERR_INVALID_MODULE_SPECIFIER', (specifier, reason, base) =>
  `Invalid module "${specifier}" ${reason}${base ? ` imported from ${base}` : ''}`, TypeError);
E('ERR_INVALID_PACKAGE_CONFIG', (path, base, message) =>
  `Invalid package config ${path}.${base ? ` while importing ${base}` : ''}${
    message ? ` ${message}` : ''}`, Error);
E('ERR_INVALID_PACKAGE_TARGET', (folder, key, target, isImport = false, base = undefined) => {
  const relative = typeof target === 'string' && !isImport && target.length > 0 &&
    target[0] !== '.' && target[0] !== '/';
  const from = `${base ? ` imported from ${base}` : ''}${
    relative ? '; targets must start with "./"' : ''}`;
  if (key === '.')
    return `Invalid "exports" main target ${JSONStringify(target)} defined in the package ` +
      `config ${folder}package.json${from}`;
  return `Invalid "${isImport ? 'imports' : 'exports'}" target ${JSONStringify(target)} ` +
    `defined for '${key}' in the package config ${folder}package.json${from}`;
}, Error);
E('ERR_MODULE_NOT_FOUND', function(path, base, type = 'package', url = undefined, advice = '') {
  if (url !== undefined)
    this.url = url;
  return `Cannot find ${type} '${path}' imported from ${base}${advice}`;
}, Error);
E('ERR_PACKAGE_IMPORT_NOT_DEFINED', (specifier, folder, base) =>
  `Package import specifier "${specifier}" is not defined${
    folder ? ` in package ${folder}package.json` : ''} imported from ${base}`, TypeError);
E('ERR_PACKAGE_PATH_NOT_EXPORTED', (folder, subpath, base = undefined) => {
  const from = base ? ` imported from ${base}` : '';
  if (subpath === '.')
    return `No "exports" main defined in ${folder}package.json${from}`;
  return `Package subpath '${subpath}' is not defined by "exports" in ${
    folder}package.json${from}`;
}, Error);
E('ERR_AMBIGUOUS_MODULE_SYNTAX', (name, advice) =>
  `Cannot determine intended module format because both '${name}' and top-level await are ` +
  'present. If the code is intended to be CommonJS, wrap await in an async function. If the ' +
  `code is intended to be an ES module, ${advice}`, ReferenceError);
E('ERR_REQUIRE_ASYNC_MODULE', (path, from) =>
  'require() cannot be used on an ESM graph with top-level await. Use import() instead. To see ' +
  'where the top-level await comes from, use --experimental-print-required-tla.' +
  `\nRequired module: ${path}${from}`, Error);
E('ERR_REQUIRE_CYCLE_MODULE', (why) => why, Error);
E('ERR_UNKNOWN_FILE_EXTENSION', (extension, path) =>
  `Unknown file extension "${extension}" for ${path}`, TypeError);
E('ERR_UNSUPPORTED_DIR_IMPORT', function(path, base, url, advice = '') {
  this.url = url;
  return `Directory import '${path}' is not supported resolving ES modules imported from ${
    base}${advice}`;
}, Error);
E('ERR_UNSUPPORTED_ESM_URL_SCHEME', (scheme) =>
  `Only URLs with a scheme in: ${
    scheme === 'http:' || scheme === 'https:' ? 'file and data' : 'file, data, and node'
  } are supported by the default ESM loader. Received protocol '${scheme}'`, Error);
E('ERR_UNSUPPORTED_RESOLVE_REQUEST', (specifier, base) =>
  `Failed to resolve module specifier "${specifier}" from "${base}": ` +
  'Invalid relative URL or base scheme is not hierarchical.', TypeError);
E('ERR_IMPORT_ATTRIBUTE_MISSING', (url, key, value) =>
  `Module "${url}" needs an import attribute of "${key}: ${value}"`, TypeError);
E('ERR_IMPORT_ATTRIBUTE_UNSUPPORTED', (key, value, url) =>
  `Import attribute "${key}" with value "${value}" is not supported in ${url}`, TypeError);
E('ERR_UNKNOWN_MODULE_FORMAT', (format, url) =>
  `Unknown module format: ${format} for URL ${url}`, RangeError);
E('ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE', (url, type) =>
  `Module "${url}" is not of type "${type}"`, TypeError);

// -- others -----------------------------------------------------------------------------

// An error that stands for several: what was thrown, and what cleaning up threw then.
function aggregateTwoErrors(inner, outer) {
  if (!inner || !outer || inner === outer)
    return inner || outer;
  if (ArrayIsArray(outer.errors)) {
    ArrayPrototypePush(outer.errors, inner);
    return outer;
  }
  const both = new AggregateError([outer, inner], outer.message);
  both.code = outer.code;
  return both;
}

class AbortError extends Error {
  constructor(message = 'The operation was aborted', options = undefined) {
    if (options !== undefined && typeof options !== 'object')
      throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

module.exports = {
  AbortError,
  E,
  aggregateTwoErrors,
  codes,
  describe,
  recapture,
};

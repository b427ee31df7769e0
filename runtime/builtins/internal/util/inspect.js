'use strict';

// `util.inspect`, `util.format` and what belongs to them
// (https://nodejs.org/api/util.html#utilinspectobject-options).

const {
  Array,
  ArrayIsArray,
  ArrayPrototypeFilter,
  ArrayPrototypeIncludes,
  ArrayPrototypeIndexOf,
  ArrayPrototypeJoin,
  ArrayPrototypePop,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  ArrayPrototypeSort,
  ArrayPrototypeSplice,
  BigIntPrototypeValueOf,
  BooleanPrototypeValueOf,
  DatePrototypeGetTime,
  DatePrototypeToISOString,
  DatePrototypeToString,
  ErrorPrototypeToString,
  FunctionPrototypeToString,
  JSONStringify,
  Map,
  MapPrototypeForEach,
  MapPrototypeGet,
  MapPrototypeGetSize,
  MapPrototypeSet,
  MathFloor,
  MathMax,
  MathMin,
  MathRound,
  MathSqrt,
  MathTrunc,
  Number,
  NumberIsFinite,
  NumberIsInteger,
  NumberIsNaN,
  NumberParseFloat,
  NumberParseInt,
  NumberPrototypeToString,
  NumberPrototypeValueOf,
  Object,
  ObjectAssign,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetOwnPropertyNames,
  ObjectGetOwnPropertySymbols,
  ObjectGetPrototypeOf,
  ObjectHasOwn,
  ObjectIs,
  ObjectKeys,
  ObjectPrototypePropertyIsEnumerable,
  ObjectSetPrototypeOf,
  ReflectApply,
  ReflectOwnKeys,
  RegExp,
  RegExpPrototypeExec,
  SetPrototypeForEach,
  SetPrototypeGetSize,
  String,
  StringPrototypeCharCodeAt,
  StringPrototypeCodePointAt,
  StringPrototypeEndsWith,
  StringPrototypeIncludes,
  StringPrototypeIndexOf,
  StringPrototypeLastIndexOf,
  StringPrototypeNormalize,
  StringPrototypePadEnd,
  StringPrototypePadStart,
  StringPrototypeRepeat,
  StringPrototypeReplaceAll,
  StringPrototypeSlice,
  StringPrototypeSplit,
  StringPrototypeStartsWith,
  StringPrototypeToLowerCase,
  StringPrototypeToUpperCase,
  StringPrototypeValueOf,
  SymbolFor,
  SymbolIterator,
  SymbolPrototypeToString,
  SymbolPrototypeValueOf,
  SymbolToPrimitive,
  SymbolToStringTag,
  TypedArrayPrototypeGetLength,
  TypedArrayPrototypeGetSymbolToStringTag,
  Uint8Array,
} = primordials;

const {
  getConstructorName: nameOfMaker,
  getOwnNonIndexProperties,
  getPromiseDetails,
  getProxyDetails,
  getRegExpText,
  previewEntries,
} = internalBinding('util');
const {
  kArguments,
  kArrayBuffer,
  kBoxed,
  kDataView,
  kDate,
  kExternal,
  kMap,
  kMapIterator,
  kNamespace,
  kNativeError,
  kPromise,
  kRegExp,
  kSet,
  kSetIterator,
  kSharedArrayBuffer,
  kTypedArray,
  kWeakMap,
  kWeakSet,
  kindOf,
} = require('internal/util/kinds');
const { hrefOf } = require('internal/util/private_state');
const types = require('internal/util/types');
const { validateObject, validateString } = require('internal/validators');
const { codes: { ERR_INVALID_ARG_TYPE } } = require('internal/errors');

const custom = SymbolFor('nodejs.util.inspect.custom');

// What a list is made of decides how it is laid out.
const objectLayout = 0;
const itemLayout = 1; // an item of an array: without a key
const arrayLayout = 2;

// Lines shorter than this are not worth splitting a text for.
const splitMin = 16;
// Characters after which nothing but names is shown.
const budgetMax = 2 ** 27;

const defaults = {
  __proto__: null,
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
  numericSeparator: false,
};
const optionNames = ObjectKeys(defaults);

const builtInNames = {
  __proto__: null, AggregateError: 1, Array: 1, ArrayBuffer: 1, Atomics: 1, BigInt: 1,
  BigInt64Array: 1, BigUint64Array: 1, Boolean: 1, DataView: 1, Date: 1, Error: 1, EvalError: 1,
  FinalizationRegistry: 1, Float16Array: 1, Float32Array: 1, Float64Array: 1, Function: 1,
  Infinity: 1, Int16Array: 1, Int32Array: 1, Int8Array: 1, Intl: 1, Iterator: 1, JSON: 1, Map: 1,
  Math: 1, NaN: 1, Number: 1, Object: 1, Promise: 1, Proxy: 1, RangeError: 1, ReferenceError: 1,
  Reflect: 1, RegExp: 1, Set: 1, SharedArrayBuffer: 1, String: 1, Symbol: 1, SyntaxError: 1,
  TypeError: 1, URIError: 1, Uint16Array: 1, Uint32Array: 1, Uint8Array: 1,
  Uint8ClampedArray: 1, WeakMap: 1, WeakRef: 1, WeakSet: 1, WebAssembly: 1,
};

const colors = {
  __proto__: null,
  reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24],
  blink: [5, 25], inverse: [7, 27], hidden: [8, 28], strikethrough: [9, 29],
  doubleunderline: [21, 24], black: [30, 39], red: [31, 39], green: [32, 39], yellow: [33, 39],
  blue: [34, 39], magenta: [35, 39], cyan: [36, 39], white: [37, 39], bgBlack: [40, 49],
  bgRed: [41, 49], bgGreen: [42, 49], bgYellow: [43, 49], bgBlue: [44, 49],
  bgMagenta: [45, 49], bgCyan: [46, 49], bgWhite: [47, 49], framed: [51, 54],
  overlined: [53, 55], gray: [90, 39], redBright: [91, 39], greenBright: [92, 39],
  yellowBright: [93, 39], blueBright: [94, 39], magentaBright: [95, 39], cyanBright: [96, 39],
  whiteBright: [97, 39], bgGray: [100, 49], bgRedBright: [101, 49], bgGreenBright: [102, 49],
  bgYellowBright: [103, 49], bgBlueBright: [104, 49], bgMagentaBright: [105, 49],
  bgCyanBright: [106, 49], bgWhiteBright: [107, 49],
};

function alias(target, name) {
  ObjectDefineProperty(colors, name, {
    __proto__: null,
    get() {
      return this[target];
    },
    set(value) {
      this[target] = value;
    },
    configurable: true,
    enumerable: false,
  });
}
alias('gray', 'grey');
alias('gray', 'blackBright');
alias('bgGray', 'bgGrey');
alias('bgGray', 'bgBlackBright');
alias('dim', 'faint');
alias('strikethrough', 'crossedout');
alias('strikethrough', 'strikeThrough');
alias('strikethrough', 'crossedOut');
alias('hidden', 'conceal');
alias('inverse', 'swapColors');
alias('inverse', 'swapcolors');
alias('doubleunderline', 'doubleUnderline');

const styles = ObjectAssign({ __proto__: null }, {
  special: 'cyan',
  number: 'yellow',
  bigint: 'yellow',
  boolean: 'yellow',
  undefined: 'grey',
  null: 'bold',
  string: 'green',
  symbol: 'green',
  date: 'magenta',
  regexp: 'red',
  module: 'underline',
});

function plain(text) {
  return text;
}

function coloured(text, style) {
  const colour = styles[style];
  if (colour !== undefined) {
    const codes = colors[colour];
    if (codes !== undefined)
      return `\u001b[${codes[0]}m${text}\u001b[${codes[1]}m`;
  }
  return text;
}

const spaces = (count) => StringPrototypeRepeat(' ', count);
const more = (count, what) => `... ${count} more ${what}${count > 1 ? 's' : ''}`;

// -- texts ------------------------------------------------------------------------------

const ansi = new RegExp(
  '[\\u001B\\u009B][[\\]()#;?]*(?:(?:(?:(?:;[-a-zA-Z\\d\\/\\#&.:=?%@~_]+)*|' +
  '[a-zA-Z\\d]+(?:;[-a-zA-Z\\d\\/\\#&.:=?%@~_]*)*)?(?:\\u0007|\\u001B\\u005C|\\u009C))|' +
  '(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~]))', 'g');

function stripVTControlCharacters(text) {
  validateString(text, 'str');
  if (StringPrototypeIndexOf(text, '\u001B') === -1 &&
      StringPrototypeIndexOf(text, '\u009B') === -1)
    return text;
  let stripped = '';
  let last = 0;
  ansi.lastIndex = 0;
  for (let found; (found = RegExpPrototypeExec(ansi, text)) !== null;) {
    stripped += StringPrototypeSlice(text, last, found.index);
    last = ansi.lastIndex;
  }
  return stripped + StringPrototypeSlice(text, last);
}

function isWide(code) {
  return code >= 0x1100 && (code <= 0x115f || code === 0x2329 || code === 0x232a ||
    (code >= 0x2e80 && code <= 0x3247 && code !== 0x303f) ||
    (code >= 0x3250 && code <= 0x4dbf) || (code >= 0x4e00 && code <= 0xa4c6) ||
    (code >= 0xa960 && code <= 0xa97c) || (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe10 && code <= 0xfe19) ||
    (code >= 0xfe30 && code <= 0xfe6b) || (code >= 0xff01 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x1b000 && code <= 0x1b001) ||
    (code >= 0x1f200 && code <= 0x1f251) || (code >= 0x1f300 && code <= 0x1f64f) ||
    (code >= 0x1f900 && code <= 0x1f9ff) || (code >= 0x20000 && code <= 0x3fffd));
}

function isZeroWidth(code) {
  return code <= 0x1f || (code >= 0x7f && code <= 0x9f) || (code >= 0x300 && code <= 0x36f) ||
    (code >= 0x200b && code <= 0x200f) || (code >= 0x20d0 && code <= 0x20ff) ||
    (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xfe20 && code <= 0xfe2f) ||
    (code >= 0xe0100 && code <= 0xe01ef);
}

const printable = /^[\x20-\x7e]*$/;

// Columns that a text takes in a terminal.
function getStringWidth(text, removeControlChars = true) {
  if (RegExpPrototypeExec(printable, text) !== null)
    return text.length;
  if (removeControlChars)
    text = stripVTControlCharacters(text);
  text = StringPrototypeNormalize(text, 'NFC');
  let width = 0;
  for (let i = 0; i < text.length; ++i) {
    const code = StringPrototypeCodePointAt(text, i);
    if (code > 0xffff)
      ++i;
    if (isWide(code))
      width += 2;
    else if (!isZeroWidth(code))
      ++width;
  }
  return width;
}

const needsEscape =
  /[\x00-\x1f\x27\x5c\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const needsEscapeInDoubleQuotes =
  /[\x00-\x1f\x5c\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const shortEscapes =
  { '__proto__': null, '8': '\\b', '9': '\\t', '10': '\\n', '12': '\\f', '13': '\\r',
    '92': '\\\\' };

function escapeOf(code) {
  const known = shortEscapes[code];
  if (known !== undefined)
    return known;
  const hex = NumberPrototypeToString(code, 16);
  return code < 0x100 ? `\\x${StringPrototypePadStart(StringPrototypeToUpperCase(hex), 2, '0')}` :
    `\\u${hex}`;
}

// A text as a literal; in the quotes that need no escapes, if there are such.
function quote(text) {
  let mark = '\'';
  let special = needsEscape;
  if (StringPrototypeIncludes(text, '\'')) {
    if (!StringPrototypeIncludes(text, '"'))
      mark = '"';
    else if (!StringPrototypeIncludes(text, '`') && !StringPrototypeIncludes(text, '${'))
      mark = '`';
    if (mark !== '\'')
      special = needsEscapeInDoubleQuotes;
  }
  if (RegExpPrototypeExec(special, text) === null)
    return `${mark}${text}${mark}`;
  let escaped = '';
  let last = 0;
  for (let i = 0; i < text.length; ++i) {
    const code = StringPrototypeCharCodeAt(text, i);
    let replaced;
    if ((code === 39 && mark === '\'')) {
      replaced = '\\\'';
    } else if (code < 0x20 || code === 92 || (code >= 0x7f && code <= 0x9f)) {
      replaced = escapeOf(code);
    } else if (code >= 0xd800 && code <= 0xdfff) {
      if (code <= 0xdbff && i + 1 < text.length) {
        const next = StringPrototypeCharCodeAt(text, i + 1);
        if (next >= 0xdc00 && next <= 0xdfff) {
          ++i;
          continue;
        }
      }
      replaced = escapeOf(code);
    } else {
      continue;
    }
    escaped += StringPrototypeSlice(text, last, i) + replaced;
    last = i + 1;
  }
  return `${mark}${escaped}${StringPrototypeSlice(text, last)}${mark}`;
}

function separateFromEnd(digits) {
  let text = '';
  let i = digits.length;
  const start = digits[0] === '-' ? 1 : 0;
  for (; i >= start + 4; i -= 3)
    text = `_${StringPrototypeSlice(digits, i - 3, i)}${text}`;
  return i === digits.length ? digits : `${StringPrototypeSlice(digits, 0, i)}${text}`;
}

function separateFromStart(digits) {
  let text = '';
  let i = 0;
  for (; i < digits.length - 3; i += 3)
    text += `${StringPrototypeSlice(digits, i, i + 3)}_`;
  return i === 0 ? digits : `${text}${StringPrototypeSlice(digits, i)}`;
}

function formatNumber(style, number, separate) {
  if (!separate)
    return style(ObjectIs(number, -0) ? '-0' : `${number}`, 'number');
  const whole = MathTrunc(number);
  const text = String(whole);
  if (whole === number) {
    if (!NumberIsFinite(number) || StringPrototypeIncludes(text, 'e'))
      return style(text, 'number');
    return style(separateFromEnd(text), 'number');
  }
  if (NumberIsNaN(number))
    return style(text, 'number');
  const fraction = StringPrototypeSlice(String(number), text.length + 1);
  return style(`${separateFromEnd(text)}.${separateFromStart(fraction)}`, 'number');
}

function formatBigInt(style, number, separate) {
  const text = String(number);
  return style(`${separate ? separateFromEnd(text) : text}n`, 'bigint');
}

// 'a\nb\n' -> ['a\n', 'b\n']
function linesOf(text) {
  const lines = [];
  let start = 0;
  for (let end; (end = StringPrototypeIndexOf(text, '\n', start)) !== -1; start = end + 1)
    ArrayPrototypePush(lines, StringPrototypeSlice(text, start, end + 1));
  if (start < text.length)
    ArrayPrototypePush(lines, StringPrototypeSlice(text, start));
  return lines;
}

function formatPrimitive(style, value, ctx) {
  switch (typeof value) {
    case 'string': {
      let trailer = '';
      if (value.length > ctx.maxStringLength) {
        trailer = more(value.length - ctx.maxStringLength, 'character');
        value = StringPrototypeSlice(value, 0, ctx.maxStringLength);
      }
      if (ctx.compact !== true && value.length > splitMin &&
          value.length > ctx.breakLength - ctx.indentationLvl - 4) {
        const lines = linesOf(value);
        for (let i = 0; i < lines.length; ++i)
          lines[i] = style(quote(lines[i]), 'string');
        return ArrayPrototypeJoin(lines, ` +\n${spaces(ctx.indentationLvl + 2)}`) + trailer;
      }
      return style(quote(value), 'string') + trailer;
    }
    case 'number':
      return formatNumber(style, value, ctx.numericSeparator);
    case 'bigint':
      return formatBigInt(style, value, ctx.numericSeparator);
    case 'boolean':
      return style(`${value}`, 'boolean');
    case 'undefined':
      return style('undefined', 'undefined');
    default:
      return style(SymbolPrototypeToString(value), 'symbol');
  }
}

// -- names ------------------------------------------------------------------------------

function isInstanceOf(object, constructor) {
  try {
    return object instanceof constructor;
  } catch {
    return false;
  }
}

// The class that an object is of; null: it has no prototype. Inherited accessors are put
// into `inherited`, if that is a list.
function classOf(object, ctx, level, inherited) {
  let first;
  for (let at = object; at !== null;) {
    const own = ObjectGetOwnPropertyDescriptor(at, 'constructor');
    if (own !== undefined && typeof own.value === 'function' && own.value.name !== '' &&
        isInstanceOf(object, own.value)) {
      if (inherited !== undefined && (first !== at || !(own.value.name in builtInNames)))
        addInherited(ctx, object, first || object, level, inherited);
      return String(own.value.name);
    }
    at = ObjectGetPrototypeOf(at);
    if (first === undefined)
      first = at;
  }
  if (first === null)
    return null;
  const name = nameOfMaker(object);
  if (ctx.depth !== null && level > ctx.depth)
    return `${name} <Complex prototype>`;
  const parent = classOf(first, ctx, level + 1, inherited);
  if (parent === null) {
    const shown = inspect(first, { ...ctx, customInspect: false, depth: -1 });
    return `${name} <${shown}>`;
  }
  return `${name} <${parent}>`;
}

// With `showHidden`: what the prototypes of classes that are not built in have besides
// methods.
function addInherited(ctx, object, at, level, output) {
  const seen = { __proto__: null };
  for (let depth = 0; depth < 3; ++depth) {
    if (depth !== 0 || object === at) {
      at = ObjectGetPrototypeOf(at);
      if (at === null)
        return;
      const own = ObjectGetOwnPropertyDescriptor(at, 'constructor');
      if (own !== undefined && typeof own.value === 'function' && own.value.name in builtInNames)
        return;
    }
    const keys = ReflectOwnKeys(at);
    ArrayPrototypePush(ctx.seen, object);
    for (let i = 0; i < keys.length; ++i) {
      const key = keys[i];
      if (key === 'constructor' || ObjectHasOwn(object, key) || (depth !== 0 && key in seen))
        continue;
      const own = ObjectGetOwnPropertyDescriptor(at, key);
      if (typeof own.value === 'function')
        continue;
      const text = formatProperty(ctx, at, level, key, objectLayout, own, object);
      ArrayPrototypePush(output, ctx.colors ? `\u001b[2m${text}\u001b[22m` : text);
    }
    ArrayPrototypePop(ctx.seen);
    for (let i = 0; i < keys.length; ++i)
      seen[keys[i]] = 1;
  }
}

function prefixOf(name, tag, fallback, size = '') {
  if (name === null) {
    if (tag !== '' && fallback !== tag)
      return `[${fallback}${size}: null prototype] [${tag}] `;
    return `[${fallback}${size}: null prototype] `;
  }
  if (tag !== '' && name !== tag)
    return `${name}${size} [${tag}] `;
  return `${name}${size} `;
}

function keysOf(object, showHidden) {
  const symbols = ObjectGetOwnPropertySymbols(object);
  let keys;
  if (showHidden) {
    keys = ObjectGetOwnPropertyNames(object);
    for (let i = 0; i < symbols.length; ++i)
      ArrayPrototypePush(keys, symbols[i]);
    return keys;
  }
  try {
    keys = ObjectKeys(object);
  } catch {
    keys = ObjectGetOwnPropertyNames(object); // a module with bindings not yet initialised
  }
  for (let i = 0; i < symbols.length; ++i)
    if (ObjectPrototypePropertyIsEnumerable(object, symbols[i]))
      ArrayPrototypePush(keys, symbols[i]);
  return keys;
}

// -- values -----------------------------------------------------------------------------

function userOptions(ctx, isForeign) {
  const options = { stylize: ctx.stylize };
  for (let i = 0; i < optionNames.length; ++i)
    options[optionNames[i]] = ctx[optionNames[i]];
  if (ctx.userOptions !== undefined)
    ObjectAssign(options, ctx.userOptions);
  // Not for somebody else to reach our realm by.
  if (isForeign) {
    ObjectSetPrototypeOf(options, null);
    options.stylize = ObjectSetPrototypeOf((value, style) => {
      try {
        return `${ctx.stylize(value, style)}`;
      } catch {
        return `${value}`;
      }
    }, null);
  }
  return options;
}

function formatValue(ctx, value, level, inTypedArray) {
  if (typeof value !== 'object' && typeof value !== 'function')
    return formatPrimitive(ctx.stylize, value, ctx);
  if (value === null)
    return ctx.stylize('null', 'null');
  const shown = value;
  let proxy = getProxyDetails(value);
  const isProxy = proxy !== undefined;
  if (isProxy && proxy[1] === null)
    return ctx.stylize('<Revoked Proxy>', 'special');
  if (isProxy) {
    if (ctx.showProxy)
      return formatProxy(ctx, proxy, level);
    while (proxy !== undefined) {
      value = proxy[0];
      if (value === null)
        return ctx.stylize('<Revoked Proxy>', 'special');
      proxy = getProxyDetails(value);
    }
  }
  if (ctx.customInspect) {
    const method = value[custom];
    if (typeof method === 'function' && method !== inspect) {
      const own = ObjectGetOwnPropertyDescriptor(value, 'constructor');
      // A prototype's own method is for its objects.
      if (own === undefined || own.value === undefined || own.value === null ||
          own.value.prototype !== value) {
        const depth = ctx.depth === null ? null : ctx.depth - level;
        const isForeign = isProxy || !isInstanceOf(shown, Object);
        const given =
          ReflectApply(method, shown, [depth, userOptions(ctx, isForeign), inspect]);
        if (given !== shown) {
          if (typeof given === 'object')
            return formatValue(ctx, given, level);
          return StringPrototypeReplaceAll(`${given}`, '\n', `\n${spaces(ctx.indentationLvl)}`);
        }
      }
    }
  }
  if (ArrayPrototypeIncludes(ctx.seen, value)) {
    let index = 1;
    if (ctx.circular === undefined) {
      ctx.circular = new Map();
      MapPrototypeSet(ctx.circular, value, index);
    } else {
      index = MapPrototypeGet(ctx.circular, value);
      if (index === undefined) {
        index = MapPrototypeGetSize(ctx.circular) + 1;
        MapPrototypeSet(ctx.circular, value, index);
      }
    }
    return ctx.stylize(`[Circular *${index}]`, 'special');
  }
  return formatObject(ctx, value, level, inTypedArray);
}

const nothing = () => [];

// What is known about an object before its properties are listed: either `text`, all of
// it, or how the rest is to be done.
function outlineOf(ctx, value, level, inTypedArray) {
  const kind = kindOf(value);
  let inherited;
  if (ctx.showHidden && (ctx.depth === null || level <= ctx.depth))
    inherited = [];
  const name = classOf(value, ctx, level, inherited);
  if (inherited !== undefined && inherited.length === 0)
    inherited = undefined;
  let tag = value[SymbolToStringTag];
  // An own one that is listed anyway is not shown twice.
  if (typeof tag !== 'string' || (tag !== '' &&
      (ctx.showHidden ? ObjectHasOwn : ObjectPrototypePropertyIsEnumerable)(
        value, SymbolToStringTag)))
    tag = '';
  const outline = {
    name, tag, inherited, keys: undefined, base: '', open: '{', close: '}',
    layout: objectLayout, list: nothing, text: undefined,
  };
  const isEmpty = () => outline.keys.length === 0 && inherited === undefined;

  if (name === null || SymbolIterator in value) {
    if (ArrayIsArray(value)) {
      const prefix =
        name !== 'Array' || tag !== '' ? prefixOf(name, tag, 'Array', `(${value.length})`) : '';
      outline.keys = getOwnNonIndexProperties(value, !ctx.showHidden);
      outline.open = `${prefix}[`;
      outline.close = ']';
      if (value.length === 0 && isEmpty())
        outline.text = `${outline.open}]`;
      outline.layout = arrayLayout;
      outline.list = listArray;
      return outline;
    }
    if (kind === kSet || kind === kMap) {
      const isSet = kind === kSet;
      const size = isSet ? SetPrototypeGetSize(value) : MapPrototypeGetSize(value);
      const prefix = prefixOf(name, tag, isSet ? 'Set' : 'Map', `(${size})`);
      outline.keys = keysOf(value, ctx.showHidden);
      outline.open = `${prefix}{`;
      outline.list = isSet ? listSet : listMap;
      if (size === 0 && isEmpty())
        outline.text = `${prefix}{}`;
      return outline;
    }
    if (kind === kTypedArray) {
      outline.keys = getOwnNonIndexProperties(value, !ctx.showHidden);
      const size = TypedArrayPrototypeGetLength(value);
      const fallback = name === null ? TypedArrayPrototypeGetSymbolToStringTag(value) : '';
      outline.open = `${prefixOf(name, tag, fallback, `(${size})`)}[`;
      outline.close = ']';
      if (size === 0 && outline.keys.length === 0 && !ctx.showHidden)
        outline.text = `${outline.open}]`;
      outline.layout = arrayLayout;
      outline.list = listTypedArray;
      return outline;
    }
    if (kind === kMapIterator || kind === kSetIterator) {
      const ownTag = kind === kMapIterator ? 'Map Iterator' : 'Set Iterator';
      outline.keys = keysOf(value, ctx.showHidden);
      if (tag !== ownTag)
        tag = tag === '' ? ownTag : `${tag}] [${ownTag}`;
      outline.open = `[${tag}] {`;
      outline.list = listIterator;
      return outline;
    }
  }

  outline.keys = keysOf(value, ctx.showHidden);
  if (typeof value === 'function') {
    outline.base = nameFunction(value, name, tag);
    if (isEmpty())
      outline.text = ctx.stylize(outline.base, 'special');
  } else if (kind === kArguments) {
    outline.open = '[Arguments] {';
    if (isEmpty())
      outline.text = '[Arguments] {}';
  } else if (kind === kRegExp) {
    outline.base = getRegExpText(value);
    const prefix = prefixOf(name, tag, 'RegExp');
    if (prefix !== 'RegExp ')
      outline.base = `${prefix}${outline.base}`;
    if (isEmpty() || (ctx.depth !== null && level > ctx.depth))
      outline.text = ctx.stylize(outline.base, 'regexp');
  } else if (kind === kDate) {
    outline.base = NumberIsNaN(DatePrototypeGetTime(value)) ? DatePrototypeToString(value) :
      DatePrototypeToISOString(value);
    const prefix = prefixOf(name, tag, 'Date');
    if (prefix !== 'Date ')
      outline.base = `${prefix}${outline.base}`;
    if (isEmpty())
      outline.text = ctx.stylize(outline.base, 'date');
  } else if (kind === kNativeError || isInstanceOf(value, primordials.Error)) {
    outline.base = formatError(value, name, tag, ctx, outline.keys);
    if (isEmpty())
      outline.text = outline.base;
  } else if (kind === kArrayBuffer || kind === kSharedArrayBuffer) {
    const prefix =
      prefixOf(name, tag, kind === kArrayBuffer ? 'ArrayBuffer' : 'SharedArrayBuffer');
    if (!inTypedArray) {
      outline.list = listBytes;
    } else if (isEmpty()) {
      outline.text = `${prefix}{ [byteLength]: ${
        formatNumber(ctx.stylize, value.byteLength, false)} }`;
    } else {
      outline.list = (...all) => listFacts(['byteLength'], ...all);
    }
    outline.open = `${prefix}{`;
  } else if (kind === kDataView) {
    outline.open = `${prefixOf(name, tag, 'DataView')}{`;
    outline.list = (...all) => listFacts(['byteLength', 'byteOffset', 'buffer'], ...all);
  } else if (kind === kPromise) {
    outline.open = `${prefixOf(name, tag, 'Promise')}{`;
    outline.list = listPromise;
  } else if (kind === kWeakSet) {
    outline.open = `${prefixOf(name, tag, 'WeakSet')}{`;
    outline.list = ctx.showHidden ? listWeakSet : listUnknown;
  } else if (kind === kWeakMap) {
    outline.open = `${prefixOf(name, tag, 'WeakMap')}{`;
    outline.list = ctx.showHidden ? listWeakMap : listUnknown;
  } else if (kind === kNamespace) {
    outline.open = `${prefixOf(name, tag, 'Module')}{`;
    const names = outline.keys;
    outline.keys = [];
    outline.list = (to, object, depth) => listNamespace(names, to, object, depth);
  } else if (kind === kBoxed) {
    outline.base = nameBoxed(value, ctx, outline.keys, name, tag);
    if (isEmpty())
      outline.text = outline.base;
  } else if (name === 'Object') {
    if (tag !== '')
      outline.open = `${prefixOf(name, tag, 'Object')}{`;
    if (isEmpty())
      outline.text = `${outline.open}}`;
  } else if (hrefOf(value) !== undefined) {
    const prefix = prefixOf(name, tag, 'URL');
    outline.base = `${prefix === 'URL ' ? '' : prefix}${hrefOf(value)}`;
    if (isEmpty())
      outline.text = outline.base;
  } else {
    if (isEmpty())
      outline.text = kind === kExternal ? ctx.stylize('[External]', 'special') :
        `${prefixOf(name, tag, 'Object')}{}`;
    outline.open = `${prefixOf(name, tag, 'Object')}{`;
  }
  return outline;
}

function isError(value) {
  return types.isNativeError(value) || isInstanceOf(value, primordials.Error);
}

function isStackOverflow(error) {
  return types.isNativeError(error) && error.name === 'RangeError' &&
         error.message === 'Maximum call stack size exceeded';
}

function formatObject(ctx, value, level, inTypedArray) {
  const outline = outlineOf(ctx, value, level, inTypedArray);
  if (outline.text !== undefined)
    return outline.text;
  const { name, tag, keys, inherited, layout } = outline;
  if (ctx.depth !== null && level > ctx.depth) {
    const prefix = StringPrototypeSlice(prefixOf(name, tag, 'Object'), 0, -1);
    return ctx.stylize(name !== null ? `[${prefix}]` : prefix, 'special');
  }
  ++level;
  ArrayPrototypePush(ctx.seen, value);
  ctx.currentDepth = level;
  let output;
  try {
    output = outline.list(ctx, value, level, outline);
    for (let i = 0; i < keys.length; ++i)
      ArrayPrototypePush(output, formatProperty(ctx, value, level, keys[i], layout));
    if (inherited !== undefined)
      for (let i = 0; i < inherited.length; ++i)
        ArrayPrototypePush(output, inherited[i]);
  } catch (error) {
    if (!isStackOverflow(error))
      throw error;
    ArrayPrototypePop(ctx.seen);
    const prefix = StringPrototypeSlice(prefixOf(name, tag, 'Object'), 0, -1);
    return ctx.stylize(`[${prefix}: Inspection interrupted prematurely. ` +
                       'Maximum call stack size exceeded.]', 'special');
  }
  let { base, open } = outline;
  if (ctx.circular !== undefined) {
    const index = MapPrototypeGet(ctx.circular, value);
    if (index !== undefined) {
      const reference = ctx.stylize(`<ref *${index}>`, 'special');
      if (ctx.compact !== true)
        base = base === '' ? reference : `${reference} ${base}`;
      else
        open = `${reference} ${open}`;
    }
  }
  ArrayPrototypePop(ctx.seen);
  if (ctx.sorted) {
    const order = ctx.sorted === true ? undefined : ctx.sorted;
    if (layout === objectLayout) {
      ArrayPrototypeSort(output, order);
    } else if (keys.length > 1) {
      const start = output.length - keys.length;
      const sorted = ArrayPrototypeSort(ArrayPrototypeSlice(output, start), order);
      for (let i = 0; i < sorted.length; ++i)
        output[start + i] = sorted[i];
    }
  }
  const text = layOut(ctx, output, base, open, outline.close, layout, level, value);
  const used = (ctx.budget[ctx.indentationLvl] || 0) + text.length;
  ctx.budget[ctx.indentationLvl] = used;
  if (used > budgetMax)
    ctx.depth = -1;
  return text;
}

// -- layout -----------------------------------------------------------------------------

function fits(ctx, output, start, base) {
  let total = output.length + start;
  if (total + output.length > ctx.breakLength)
    return false;
  for (let i = 0; i < output.length; ++i) {
    total += ctx.colors ? stripVTControlCharacters(output[i]).length : output[i].length;
    if (total > ctx.breakLength)
      return false;
  }
  return base === '' || !StringPrototypeIncludes(base, '\n');
}

function layOut(ctx, output, base, open, close, layout, level, value) {
  const before = base === '' ? '' : `${base} `;
  if (ctx.compact === true) {
    if (fits(ctx, output, 0, base))
      return `${open}${base === '' ? '' : ` ${base}`} ${ArrayPrototypeJoin(output, ', ')} ${
        close}`;
    const indent = `\n${spaces(ctx.indentationLvl)}`;
    const start = base === '' && open.length === 1 ? ' ' :
      `${base === '' ? '' : ` ${base}`}${indent}  `;
    return `${open}${start}${ArrayPrototypeJoin(output, `,${indent}  `)} ${close}`;
  }
  if (typeof ctx.compact === 'number' && ctx.compact >= 1) {
    const { length } = output;
    if (layout === arrayLayout && length > 6)
      output = inColumns(ctx, output, value);
    // The innermost levels go on one line, unless they are in columns.
    if (ctx.currentDepth - level < ctx.compact && length === output.length) {
      const start = output.length + ctx.indentationLvl + open.length + base.length + 10;
      if (fits(ctx, output, start, base)) {
        const line = ArrayPrototypeJoin(output, ', ');
        if (!StringPrototypeIncludes(line, '\n'))
          return `${before}${open} ${line} ${close}`;
      }
    }
  }
  const indent = `\n${spaces(ctx.indentationLvl)}`;
  return `${before}${open}${indent}  ${ArrayPrototypeJoin(output, `,${indent}  `)}${indent}${
    close}`;
}

// Short items of a long array, side by side.
function inColumns(ctx, output, value) {
  const gap = 2;
  let total = 0;
  let longest = 0;
  const hasMore = ctx.maxArrayLength < output.length;
  const count = hasMore ? output.length - 1 : output.length;
  const widths = [];
  for (let i = 0; i < count; ++i) {
    const width = getStringWidth(output[i], ctx.colors);
    ArrayPrototypePush(widths, width);
    total += width + gap;
    if (longest < width)
      longest = width;
  }
  const column = longest + gap;
  if (column * 3 + ctx.indentationLvl >= ctx.breakLength ||
      (total / column <= 5 && longest > 6))
    return output;
  // About as wide as high, where a character is 2.5 times as high as wide.
  const bias = MathSqrt(column - total / output.length);
  const biased = MathMax(column - 3 - bias, 1);
  const columns = MathMin(
    MathRound(MathSqrt(2.5 * biased * count) / biased),
    MathFloor((ctx.breakLength - ctx.indentationLvl) / column),
    ctx.compact * 4,
    15);
  if (columns <= 1)
    return output;
  const columnWidths = [];
  for (let i = 0; i < columns; ++i) {
    let width = 0;
    for (let k = i; k < count; k += columns)
      if (widths[k] > width)
        width = widths[k];
    ArrayPrototypePush(columnWidths, width + gap);
  }
  let pad = StringPrototypePadStart;
  if (value !== undefined) {
    for (let i = 0; i < output.length; ++i) {
      if (typeof value[i] !== 'number' && typeof value[i] !== 'bigint') {
        pad = StringPrototypePadEnd;
        break;
      }
    }
  }
  const rows = [];
  for (let i = 0; i < count; i += columns) {
    const end = MathMin(i + columns, count);
    let row = '';
    let k = i;
    for (; k < end - 1; ++k)
      row += pad(`${output[k]}, `, columnWidths[k - i] + output[k].length - widths[k], ' ');
    if (pad === StringPrototypePadStart)
      row += StringPrototypePadStart(
        output[k], columnWidths[k - i] + output[k].length - widths[k] - gap, ' ');
    else
      row += output[k];
    ArrayPrototypePush(rows, row);
  }
  if (hasMore)
    ArrayPrototypePush(rows, output[count]);
  return rows;
}

// -- properties -------------------------------------------------------------------------

const identifier = /^[a-zA-Z_][a-zA-Z_0-9]*$/;

function escapeName(name) {
  return StringPrototypeSlice(quote(name), 1, -1);
}

function formatGetter(ctx, own, original, level) {
  const { stylize, getters } = ctx;
  const label = own.set !== undefined ? 'Getter/Setter' : 'Getter';
  if (!getters || (getters === 'get' && own.set !== undefined) ||
      (getters === 'set' && own.set === undefined) ||
      (getters !== true && getters !== 'get' && getters !== 'set'))
    return stylize(`[${label}]`, 'special');
  try {
    const value = ReflectApply(own.get, original, []);
    ctx.indentationLvl += 2;
    let text;
    if (value === null)
      text = `${stylize(`[${label}:`, 'special')} ${stylize('null', 'null')}${
        stylize(']', 'special')}`;
    else if (typeof value === 'object')
      text = `${stylize(`[${label}]`, 'special')} ${formatValue(ctx, value, level)}`;
    else if (typeof value === 'function')
      text = `${stylize(`[${label}:`, 'special')} ${formatValue(ctx, value, level)}${
        stylize(']', 'special')}`;
    else
      text = `${stylize(`[${label}:`, 'special')} ${formatPrimitive(stylize, value, ctx)}${
        stylize(']', 'special')}`;
    ctx.indentationLvl -= 2;
    return text;
  } catch (error) {
    ctx.indentationLvl += 2;
    const text = formatValue(ctx, error, level);
    ctx.indentationLvl -= 2;
    return `${stylize(`[${label}:`, 'special')} <Inspection threw (${text})>${
      stylize(']', 'special')}`;
  }
}

function formatProperty(ctx, object, level, key, layout, own, original = object) {
  let text;
  let gap = ' ';
  own = own || ObjectGetOwnPropertyDescriptor(object, key) ||
    { value: object[key], configurable: true, enumerable: true };
  if (own.value !== undefined) {
    const indent = ctx.compact !== true || layout !== objectLayout ? 2 : 3;
    ctx.indentationLvl += indent;
    text = formatValue(ctx, own.value, level);
    if (indent === 3 && ctx.breakLength < getStringWidth(text, ctx.colors))
      gap = `\n${spaces(ctx.indentationLvl)}`;
    ctx.indentationLvl -= indent;
  } else if (own.get !== undefined) {
    text = formatGetter(ctx, own, original, level);
  } else if (own.set !== undefined) {
    text = ctx.stylize('[Setter]', 'special');
  } else {
    text = ctx.stylize('undefined', 'undefined');
  }
  if (layout === itemLayout)
    return text;
  let name;
  if (typeof key === 'symbol')
    name = own.enumerable === false ? `[${ctx.stylize(escapeSymbol(key), 'symbol')}]` :
      ctx.stylize(escapeSymbol(key), 'symbol');
  else if (key === '__proto__')
    name = '[\'__proto__\']';
  else if (own.enumerable === false)
    name = `[${escapeName(key)}]`;
  else if (RegExpPrototypeExec(identifier, key) !== null)
    name = ctx.stylize(key, 'name');
  else
    name = ctx.stylize(quote(key), 'string');
  return `${name}:${gap}${text}`;
}

function escapeSymbol(symbol) {
  const text = SymbolPrototypeToString(symbol);
  if (RegExpPrototypeExec(needsEscapeInDoubleQuotes, text) === null)
    return text;
  let escaped = '';
  for (let i = 0; i < text.length; ++i) {
    const code = StringPrototypeCharCodeAt(text, i);
    escaped += code < 0x20 || code === 92 || (code >= 0x7f && code <= 0x9f) ? escapeOf(code) :
      text[i];
  }
  return escaped;
}

// -- kinds of objects -------------------------------------------------------------------

const classStart = /^(\s+[^(]*?)\s*{/;
const comments = /(\/\/.*?\n)|(\/\*(.|\n)*?\*\/)/g;

function withoutComments(text) {
  let kept = '';
  let last = 0;
  comments.lastIndex = 0;
  for (let found; (found = RegExpPrototypeExec(comments, text)) !== null;) {
    kept += StringPrototypeSlice(text, last, found.index);
    last = comments.lastIndex;
  }
  return kept + StringPrototypeSlice(text, last);
}

function nameFunction(value, name, tag) {
  const source = FunctionPrototypeToString(value);
  if (StringPrototypeStartsWith(source, 'class') && StringPrototypeEndsWith(source, '}')) {
    const rest = StringPrototypeSlice(source, 5, -1);
    const brace = StringPrototypeIndexOf(rest, '{');
    if (brace !== -1 &&
        (!StringPrototypeIncludes(StringPrototypeSlice(rest, 0, brace), '(') ||
         RegExpPrototypeExec(classStart, withoutComments(rest)) !== null))
      return nameClass(value, name, tag);
  }
  let kind = 'Function';
  if (types.isGeneratorFunction(value))
    kind = `Generator${kind}`;
  if (types.isAsyncFunction(value))
    kind = `Async${kind}`;
  let text = `[${kind}`;
  if (name === null)
    text += ' (null prototype)';
  text += value.name === '' ? ' (anonymous)' :
    `: ${typeof value.name === 'string' ? value.name : formatOther(value.name)}`;
  text += ']';
  if (name !== kind && name !== null)
    text += ` ${name}`;
  if (tag !== '' && name !== tag)
    text += ` [${tag}]`;
  return text;
}

function formatOther(value) {
  return typeof value === 'symbol' ? SymbolPrototypeToString(value) : `${value}`;
}

function nameClass(value, name, tag) {
  const own = ObjectHasOwn(value, 'name') && value.name;
  let text = `class ${own ? formatOther(own) : '(anonymous)'}`;
  if (name !== 'Function' && name !== null)
    text += ` [${name}]`;
  if (tag !== '' && name !== tag)
    text += ` [${tag}]`;
  if (name !== null) {
    const parent = ObjectGetPrototypeOf(value).name;
    if (parent)
      text += ` extends ${formatOther(parent)}`;
  } else {
    text += ' extends null';
  }
  return `[${text}]`;
}

function nameBoxed(value, ctx, keys, name, tag) {
  let inner;
  let kind;
  if (types.isNumberObject(value)) {
    inner = NumberPrototypeValueOf(value);
    kind = 'Number';
  } else if (types.isStringObject(value)) {
    inner = StringPrototypeValueOf(value);
    kind = 'String';
    // Its characters are no news.
    ArrayPrototypeSplice(keys, 0, inner.length);
  } else if (types.isBooleanObject(value)) {
    inner = BooleanPrototypeValueOf(value);
    kind = 'Boolean';
  } else if (types.isBigIntObject(value)) {
    inner = BigIntPrototypeValueOf(value);
    kind = 'BigInt';
  } else {
    inner = SymbolPrototypeValueOf(value);
    kind = 'Symbol';
  }
  let text = `[${kind}`;
  if (kind !== name)
    text += name === null ? ' (null prototype)' : ` (${name})`;
  text += `: ${formatPrimitive(plain, inner, ctx)}]`;
  if (tag !== '' && tag !== name)
    text += ` [${tag}]`;
  if (keys.length !== 0 || ctx.stylize === plain)
    return text;
  return ctx.stylize(text, StringPrototypeToLowerCase(kind));
}

function stackOf(error) {
  try {
    const { stack } = error;
    if (stack)
      return typeof stack === 'string' ? stack : formatOther(stack);
    return ErrorPrototypeToString(error);
  } catch {
    return 'Error';
  }
}

const titleAndStack = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n\s+at)/;
const titleAlone = /^([a-z_A-Z0-9-]*Error)$/;

// Makes the head of a stack tell the class too.
function improveHead(stack, className, name, tag) {
  let { length } = name;
  if (className !== null &&
      !(StringPrototypeEndsWith(name, 'Error') && StringPrototypeStartsWith(stack, name) &&
        (stack.length === length || stack[length] === ':' || stack[length] === '\n')))
    return stack;
  let fallback = 'Error';
  if (className === null) {
    const found = RegExpPrototypeExec(titleAndStack, stack) ||
      RegExpPrototypeExec(titleAlone, stack);
    fallback = (found !== null && found[1]) || '';
    ({ length } = fallback);
    fallback = fallback || 'Error';
  }
  const prefix = StringPrototypeSlice(prefixOf(className, tag, fallback), 0, -1);
  if (name === prefix)
    return stack;
  if (StringPrototypeIncludes(prefix, name)) {
    if (length === 0)
      return `${prefix}: ${stack}`;
    return `${prefix}${StringPrototypeSlice(stack, length)}`;
  }
  return `${prefix} [${name}]${StringPrototypeSlice(stack, length)}`;
}

// A message that was set later than the stack was taken.
function withMessage(stack, name, message) {
  if (typeof message !== 'string' || message === '' || StringPrototypeIncludes(stack, message))
    return stack;
  const start = StringPrototypeIndexOf(stack, '\n    at');
  const head = start === -1 ? stack : StringPrototypeSlice(stack, 0, start);
  if (!StringPrototypeStartsWith(head, `${name}:`))
    return stack;
  return `${name}: ${message}${start === -1 ? '' : StringPrototypeSlice(stack, start)}`;
}

// Where `b` goes on with lines of `a`: their number, and the place in `a`.
function commonFrames(a, b) {
  for (let i = 0; i < a.length - 3; ++i) {
    const at = ArrayPrototypeIndexOf(b, a[i]);
    if (at === -1)
      continue;
    const rest = b.length - at;
    if (rest > 3) {
      let length = 1;
      const most = MathMin(a.length - i, rest);
      while (most > length && a[i + length] === b[at + length])
        ++length;
      if (length > 3)
        return { length, offset: i };
    }
  }
  return { length: 0, offset: 0 };
}

function framesOf(ctx, error, text) {
  const frames = StringPrototypeSplit(text, '\n');
  let cause;
  try {
    ({ cause } = error);
  } catch {
    // A getter that throws: shown without.
  }
  if (cause !== undefined && cause !== null && isError(cause)) {
    const causeStack = stackOf(cause);
    const start = StringPrototypeIndexOf(causeStack, '\n    at');
    if (start !== -1) {
      const { length, offset } = commonFrames(
        frames, StringPrototypeSplit(StringPrototypeSlice(causeStack, start + 1), '\n'));
      if (length > 3) {
        const skipped = length - 2;
        ArrayPrototypeSplice(frames, offset + 1, skipped, ctx.stylize(
          `    ... ${skipped} lines matching cause stack trace ...`, 'undefined'));
      }
    }
  }
  return frames;
}

const ownFrame = /^ {4}at (?:.+ \()?troupe:/;

function formatError(error, className, tag, ctx, keys) {
  let name = 'Error';
  let message = '';
  try {
    if (error.name !== null && error.name !== undefined)
      name = formatOther(error.name);
    ({ message } = error);
  } catch {
    // Getters that throw.
  }
  let stack = stackOf(error);
  if (!ctx.showHidden && keys.length !== 0) {
    const shown = ['name', 'message', 'stack'];
    for (let i = 0; i < shown.length; ++i) {
      const index = ArrayPrototypeIndexOf(keys, shown[i]);
      if (index !== -1 && (typeof error[shown[i]] !== 'string' ||
          StringPrototypeIncludes(stack, error[shown[i]])))
        ArrayPrototypeSplice(keys, index, 1);
    }
  }
  if ('cause' in error && !ArrayPrototypeIncludes(keys, 'cause'))
    ArrayPrototypePush(keys, 'cause');
  const errors = ObjectGetOwnPropertyDescriptor(error, 'errors');
  if (errors !== undefined && ArrayIsArray(errors.value) &&
      !ArrayPrototypeIncludes(keys, 'errors'))
    ArrayPrototypePush(keys, 'errors');
  stack = withMessage(improveHead(stack, className, name, tag), name, message);
  let at = typeof message === 'string' && message !== '' ?
    StringPrototypeIndexOf(stack, message) : -1;
  if (at !== -1)
    at += message.length;
  const start = StringPrototypeIndexOf(stack, '\n    at', at);
  if (ctx.withoutStacks && start !== -1)
    stack = StringPrototypeSlice(stack, 0, start);
  if (start === -1 || ctx.withoutStacks) {
    stack = `[${stack}]`;
  } else {
    const frames = framesOf(ctx, error, StringPrototypeSlice(stack, start + 1));
    if (ctx.colors)
      for (let i = 0; i < frames.length; ++i)
        if (RegExpPrototypeExec(ownFrame, frames[i]) !== null)
          frames[i] = ctx.stylize(frames[i], 'undefined');
    stack = `${StringPrototypeSlice(stack, 0, start)}\n${ArrayPrototypeJoin(frames, '\n')}`;
  }
  if (ctx.indentationLvl !== 0)
    stack = StringPrototypeReplaceAll(stack, '\n', `\n${spaces(ctx.indentationLvl)}`);
  return stack;
}

function itemsShown(ctx, length) {
  return MathMin(MathMax(0, ctx.maxArrayLength), length);
}

function listArray(ctx, value, level) {
  const { length } = value;
  const shown = itemsShown(ctx, length);
  const output = [];
  for (let i = 0; i < shown; ++i) {
    if (!ObjectHasOwn(value, i))
      return listHoles(ctx, value, level, shown, output, i);
    ArrayPrototypePush(output, formatProperty(ctx, value, level, i, itemLayout));
  }
  if (length > shown)
    ArrayPrototypePush(output, more(length - shown, 'item'));
  return output;
}

const arrayIndex = /^(0|[1-9][0-9]*)$/;

// The rest of an array that has holes.
function listHoles(ctx, value, level, shown, output, i) {
  const holes = (count) =>
    ctx.stylize(`<${count} empty item${count > 1 ? 's' : ''}>`, 'undefined');
  const keys = ObjectKeys(value);
  let index = i;
  for (; i < keys.length && output.length < shown; ++i) {
    const key = keys[i];
    if (RegExpPrototypeExec(arrayIndex, key) === null || +key > 2 ** 32 - 2)
      break;
    if (`${index}` !== key) {
      ArrayPrototypePush(output, holes(+key - index));
      index = +key;
      if (output.length === shown)
        break;
    }
    ArrayPrototypePush(output, formatProperty(ctx, value, level, key, itemLayout));
    ++index;
  }
  const rest = value.length - index;
  if (rest > 0)
    ArrayPrototypePush(output, output.length !== shown ? holes(rest) : more(rest, 'item'));
  return output;
}

function listTypedArray(ctx, value, level) {
  const length = TypedArrayPrototypeGetLength(value);
  const shown = itemsShown(ctx, length);
  const output = [];
  const format = length > 0 && typeof value[0] === 'number' ? formatNumber : formatBigInt;
  for (let i = 0; i < shown; ++i)
    ArrayPrototypePush(output, format(ctx.stylize, value[i], ctx.numericSeparator));
  if (length > shown)
    ArrayPrototypePush(output, more(length - shown, 'item'));
  if (ctx.showHidden) {
    const facts = listFacts(
      ['BYTES_PER_ELEMENT', 'length', 'byteLength', 'byteOffset', 'buffer'], ctx, value, level, true);
    for (let i = 0; i < facts.length; ++i)
      ArrayPrototypePush(output, facts[i]);
  }
  return output;
}

// What is no property of its own.
function listFacts(names, ctx, value, level, inTypedArray) {
  const output = [];
  ctx.indentationLvl += 2;
  for (let i = 0; i < names.length; ++i)
    ArrayPrototypePush(
      output, `[${names[i]}]: ${formatValue(ctx, value[names[i]], level, inTypedArray === true)}`);
  ctx.indentationLvl -= 2;
  return output;
}

function listBytes(ctx, value, level) {
  let bytes;
  try {
    bytes = new Uint8Array(value);
  } catch {
    return [ctx.stylize('(detached)', 'special'),
            listFacts(['byteLength'], ctx, value, level)[0]];
  }
  const length = TypedArrayPrototypeGetLength(bytes);
  const shown = itemsShown(ctx, length);
  let text = '';
  for (let i = 0; i < shown; ++i)
    text += `${i === 0 ? '' : ' '}${bytes[i] < 16 ? '0' : ''}${
      NumberPrototypeToString(bytes[i], 16)}`;
  if (length > shown)
    text += ` ${more(length - shown, 'byte')}`;
  return [`${ctx.stylize('[Uint8Contents]', 'special')}: <${text}>`,
          listFacts(['byteLength'], ctx, value, level)[0]];
}

function listSet(ctx, value, level) {
  const length = SetPrototypeGetSize(value);
  const shown = itemsShown(ctx, length);
  const items = [];
  SetPrototypeForEach(value, (item) => {
    if (items.length < shown)
      ArrayPrototypePush(items, item);
  });
  return listItems(ctx, items, length - shown, level);
}

function listItems(ctx, items, rest, level) {
  const output = [];
  ctx.indentationLvl += 2;
  for (let i = 0; i < items.length; ++i)
    ArrayPrototypePush(output, formatValue(ctx, items[i], level));
  if (rest > 0)
    ArrayPrototypePush(output, more(rest, 'item'));
  ctx.indentationLvl -= 2;
  return output;
}

function listMap(ctx, value, level) {
  const length = MapPrototypeGetSize(value);
  const shown = itemsShown(ctx, length);
  const items = [];
  MapPrototypeForEach(value, (item, key) => {
    if (items.length < shown * 2)
      ArrayPrototypePush(items, key, item);
  });
  return listPairs(ctx, items, length - shown, level);
}

function listPairs(ctx, items, rest, level) {
  const output = [];
  ctx.indentationLvl += 2;
  for (let i = 0; i < items.length; i += 2)
    ArrayPrototypePush(output, `${formatValue(ctx, items[i], level)} => ${
      formatValue(ctx, items[i + 1], level)}`);
  if (rest > 0)
    ArrayPrototypePush(output, more(rest, 'item'));
  ctx.indentationLvl -= 2;
  return output;
}

function listWeakSet(ctx, value, level) {
  const items = previewEntries(value)[0];
  const shown = itemsShown(ctx, items.length);
  return sortedUnless(ctx, listItems(ctx, ArrayPrototypeSlice(items, 0, shown), 0, level),
                      items.length - shown);
}

function listWeakMap(ctx, value, level) {
  const items = previewEntries(value)[0];
  const shown = itemsShown(ctx, items.length / 2);
  return sortedUnless(ctx, listPairs(ctx, ArrayPrototypeSlice(items, 0, shown * 2), 0, level),
                      items.length / 2 - shown);
}

// The order in a weak collection means nothing.
function sortedUnless(ctx, output, rest) {
  if (!ctx.sorted)
    ArrayPrototypeSort(output);
  if (rest > 0)
    ArrayPrototypePush(output, more(rest, 'item'));
  return output;
}

function listUnknown(ctx) {
  return [ctx.stylize('<items unknown>', 'special')];
}

function listIterator(ctx, value, level, outline) {
  const found = previewEntries(value);
  const items = found[0];
  if (!found[1]) {
    const shown = itemsShown(ctx, items.length);
    return listItems(ctx, ArrayPrototypeSlice(items, 0, shown), items.length - shown, level);
  }
  const tail = ' Iterator] {';
  if (StringPrototypeEndsWith(outline.open, tail))
    outline.open = `${StringPrototypeSlice(outline.open, 0, -tail.length)} Entries] {`;
  const length = items.length / 2;
  const shown = itemsShown(ctx, length);
  const output = [];
  ctx.indentationLvl += 2;
  for (let i = 0; i < shown; ++i) {
    const pair = [formatValue(ctx, items[i * 2], level),
                  formatValue(ctx, items[i * 2 + 1], level)];
    ArrayPrototypePush(output, layOut(ctx, pair, '', '[', ']', arrayLayout, level));
  }
  ctx.indentationLvl -= 2;
  if (length > shown)
    ArrayPrototypePush(output, more(length - shown, 'item'));
  return output;
}

function listPromise(ctx, value, level) {
  const details = getPromiseDetails(value);
  const state = details[0];
  if (state === 0)
    return [ctx.stylize('<pending>', 'special')];
  ctx.indentationLvl += 2;
  const text = formatValue(ctx, details[1], level);
  ctx.indentationLvl -= 2;
  return [state === 2 ? `${ctx.stylize('<rejected>', 'special')} ${text}` : text];
}

function listNamespace(names, ctx, value, level) {
  const output = [];
  for (let i = 0; i < names.length; ++i) {
    let text;
    try {
      text = formatProperty(ctx, value, level, names[i], objectLayout);
    } catch (error) {
      if (isStackOverflow(error))
        throw error;
      // A binding that is not initialised: its name, without a value.
      text = formatProperty(ctx, { [names[i]]: '' }, level, names[i], objectLayout);
      text = StringPrototypeSlice(text, 0, StringPrototypeLastIndexOf(text, ' ') + 1) +
        ctx.stylize('<uninitialized>', 'special');
    }
    ArrayPrototypePush(output, text);
  }
  return output;
}

function formatProxy(ctx, proxy, level) {
  if (ctx.depth !== null && level > ctx.depth)
    return ctx.stylize('Proxy [Array]', 'special');
  ++level;
  ctx.indentationLvl += 2;
  const pair = [formatValue(ctx, proxy[0], level), formatValue(ctx, proxy[1], level)];
  ctx.indentationLvl -= 2;
  return layOut(ctx, pair, '', 'Proxy [', ']', arrayLayout, level);
}

// -- inspect ----------------------------------------------------------------------------

let hideStacks = false;

// As `inspect`, with errors as `[Error: text]`.
function inspectWithoutStacks(value, opts) {
  hideStacks = true;
  try {
    return inspect(value, opts);
  } finally {
    hideStacks = false;
  }
}

function inspect(value, opts) {
  const withoutStacks = hideStacks;
  hideStacks = false; // not for code of the script
  // All properties are its own: V8 keeps objects without a prototype as hash tables, which
  // are slow.
  const ctx = {
    budget: { __proto__: null },
    indentationLvl: 0,
    seen: [],
    currentDepth: 0,
    stylize: plain,
    circular: undefined,
    userOptions: undefined,
    showHidden: defaults.showHidden,
    depth: defaults.depth,
    colors: defaults.colors,
    customInspect: defaults.customInspect,
    showProxy: defaults.showProxy,
    maxArrayLength: defaults.maxArrayLength,
    maxStringLength: defaults.maxStringLength,
    breakLength: defaults.breakLength,
    compact: defaults.compact,
    sorted: defaults.sorted,
    getters: defaults.getters,
    numericSeparator: defaults.numericSeparator,
    withoutStacks,
  };
  if (arguments.length > 1) {
    // inspect(value, showHidden, depth, colors)
    if (arguments.length > 2) {
      if (arguments[2] !== undefined)
        ctx.depth = arguments[2];
      if (arguments.length > 3 && arguments[3] !== undefined)
        ctx.colors = arguments[3];
    }
    if (typeof opts === 'boolean') {
      ctx.showHidden = opts;
    } else if (opts) {
      const keys = ObjectKeys(opts);
      for (let i = 0; i < keys.length; ++i) {
        const key = keys[i];
        if (key in defaults || key === 'stylize')
          ctx[key] = opts[key];
        else if (ctx.userOptions === undefined)
          ctx.userOptions = opts;
      }
    }
  }
  if (ctx.colors && ctx.stylize === plain)
    ctx.stylize = coloured;
  if (ctx.maxArrayLength === null)
    ctx.maxArrayLength = Infinity;
  if (ctx.maxStringLength === null)
    ctx.maxStringLength = Infinity;
  return formatValue(ctx, value, 0);
}

inspect.custom = custom;
ObjectDefineProperty(inspect, 'defaultOptions', {
  __proto__: null,
  get() {
    return defaults;
  },
  set(options) {
    validateObject(options, 'options');
    ObjectAssign(defaults, options);
  },
});
inspect.colors = colors;
inspect.styles = styles;

// -- format -----------------------------------------------------------------------------

function hasBuiltInToString(value) {
  for (let proxy; (proxy = getProxyDetails(value)) !== undefined;) {
    if (proxy[0] === null)
      return true;
    value = proxy[0];
  }
  if (ObjectHasOwn(value, 'toString') || ObjectHasOwn(value, SymbolToPrimitive))
    return false;
  let at = value;
  do {
    at = ObjectGetPrototypeOf(at);
    if (at === null)
      return true;
  } while (!ObjectHasOwn(at, 'toString') && !ObjectHasOwn(at, SymbolToPrimitive));
  const own = ObjectGetOwnPropertyDescriptor(at, 'constructor');
  return own !== undefined && typeof own.value === 'function' && own.value.name in builtInNames;
}

function stringify(value) {
  try {
    return JSONStringify(value);
  } catch (error) {
    if (types.isNativeError(error) && error.name === 'TypeError' &&
        StringPrototypeStartsWith(error.message, 'Converting circular structure'))
      return '[Circular]';
    throw error;
  }
}

// One `%x` with its argument; undefined: not a format.
function substitute(letter, value, options) {
  switch (letter) {
    case 's':
      if (typeof value === 'number')
        return formatNumber(plain, value, false);
      if (typeof value === 'bigint')
        return formatBigInt(plain, value, false);
      if (typeof value !== 'object' || value === null || !hasBuiltInToString(value))
        return String(value);
      return inspect(value, { ...options, depth: 0, colors: false, compact: 3 });
    case 'j':
      return stringify(value);
    case 'd':
      if (typeof value === 'bigint')
        return formatBigInt(plain, value, false);
      return formatNumber(plain, typeof value === 'symbol' ? NaN : Number(value), false);
    case 'i':
      if (typeof value === 'bigint')
        return formatBigInt(plain, value, false);
      return formatNumber(plain, typeof value === 'symbol' ? NaN : NumberParseInt(value), false);
    case 'f':
      return formatNumber(plain, typeof value === 'symbol' ? NaN : NumberParseFloat(value),
                          false);
    case 'o':
      return inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
    case 'O':
      return inspect(value, options);
    case 'c':
      return '';
  }
  return undefined;
}

function formatList(options, values) {
  const first = values[0];
  let used = 0;
  let text = '';
  let join = '';
  if (typeof first === 'string') {
    if (values.length === 1)
      return first;
    let last = 0;
    for (let i = 0; i < first.length - 1; ++i) {
      if (StringPrototypeCharCodeAt(first, i) !== 37)
        continue;
      const letter = first[++i];
      if (letter === '%') {
        text += StringPrototypeSlice(first, last, i);
        last = i + 1;
        continue;
      }
      if (used + 1 === values.length)
        continue;
      const replaced = substitute(letter, values[used + 1], options);
      if (replaced === undefined && letter !== 'j')
        continue;
      ++used;
      if (last !== i - 1)
        text += StringPrototypeSlice(first, last, i - 1);
      text += replaced;
      last = i + 1;
    }
    if (last !== 0) {
      ++used;
      join = ' ';
      if (last < first.length)
        text += StringPrototypeSlice(first, last);
    }
  }
  for (; used < values.length; ++used) {
    const value = values[used];
    text += join;
    text += typeof value !== 'string' ? inspect(value, options) : value;
    join = ' ';
  }
  return text;
}

function format(...args) {
  return formatList(undefined, args);
}

function formatWithOptions(inspectOptions, ...args) {
  validateObject(inspectOptions, 'inspectOptions', 1 | 2 | 4);
  return formatList(inspectOptions, args);
}

module.exports = {
  format,
  formatList,
  formatWithOptions,
  getStringWidth,
  inspect,
  inspectWithoutStacks,
  isError,
  stripVTControlCharacters,
};

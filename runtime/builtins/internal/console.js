'use strict';

// `console` (https://nodejs.org/api/console.html), which writes lines where the context's
// console writes (`context_options::console`), and `console.Console` for streams.

const {
  ArrayIsArray,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeUnshift,
  Boolean,
  ErrorCaptureStackTrace,
  FunctionPrototypeBind,
  MapPrototypeDelete,
  MapPrototypeForEach,
  MapPrototypeGet,
  MapPrototypeHas,
  MapPrototypeSet,
  Map,
  MathFloor,
  Number,
  NumberPrototypeToFixed,
  ObjectDefineProperty,
  ObjectHasOwn,
  ObjectKeys,
  ObjectSetPrototypeOf,
  ReflectConstruct,
  SetPrototypeForEach,
  StringPrototypePadStart,
  StringPrototypeRepeat,
  StringPrototypeReplaceAll,
  StringPrototypeIncludes,
  StringPrototypeSlice,
  SymbolHasInstance,
  SymbolToStringTag,
} = primordials;

const { codes } = require('internal/errors');
const { emitWarning } = require('internal/util');
const { formatList, getStringWidth, inspect } = require('internal/util/inspect');
const types = require('internal/util/types');
const {
  validateArray, validateInteger, validateObject, validateOneOf,
} = require('internal/validators');
const { previewEntries } = internalBinding('util');
const { now } = internalBinding('clock');

// One console: where lines go, how values look, what it counts and times.
class printer {
  constructor(write, groupIndentation, inspectOptions) {
    this.write = write; // (isError, text)
    this.indentation = '';
    this.groupIndentation = groupIndentation;
    this.inspectOptions = inspectOptions; // (isError) => options
    this.counts = new Map();
    this.timers = new Map();
  }

  line(isError, text) {
    if (this.indentation !== '') {
      if (StringPrototypeIncludes(text, '\n'))
        text = StringPrototypeReplaceAll(text, '\n', `\n${this.indentation}`);
      text = this.indentation + text;
    }
    this.write(isError, text);
  }

  values(isError, values) {
    this.line(isError, formatList(this.inspectOptions(isError), values));
  }
}

const pad = (number, length = 2) => StringPrototypePadStart(`${number}`, length, '0');

function formatTime(ms) {
  let hours = 0;
  let minutes = 0;
  let seconds = 0;
  if (ms >= 1000) {
    if (ms >= 60000) {
      if (ms >= 3600000) {
        hours = MathFloor(ms / 3600000);
        ms %= 3600000;
      }
      minutes = MathFloor(ms / 60000);
      ms %= 60000;
    }
    seconds = ms / 1000;
  }
  if (hours !== 0 || minutes !== 0) {
    const text = NumberPrototypeToFixed(seconds, 3);
    const whole = StringPrototypePadStart(text, 6, '0');
    return hours !== 0 ? `${hours}:${pad(minutes)}:${StringPrototypeSlice(whole, 0, 2)} (h:mm:ss)` :
      `${minutes}:${whole} (m:ss.mmm)`;
  }
  if (seconds !== 0)
    return `${NumberPrototypeToFixed(seconds, 3)}s`;
  return `${Number(NumberPrototypeToFixed(ms, 3))}ms`;
}

// -- tables -----------------------------------------------------------------------------

function renderTable(head, columns) {
  const rows = [];
  const widths = [];
  for (let i = 0; i < head.length; ++i)
    ArrayPrototypePush(widths, getStringWidth(head[i]));
  let count = 0;
  for (let i = 0; i < head.length; ++i)
    if (columns[i].length > count)
      count = columns[i].length;
  for (let i = 0; i < head.length; ++i) {
    for (let k = 0; k < count; ++k) {
      rows[k] ??= [];
      const cell = rows[k][i] = ObjectHasOwn(columns[i], k) ? columns[i][k] : '';
      const width = getStringWidth(cell);
      if (width > widths[i])
        widths[i] = width;
    }
  }
  const rules = [];
  for (let i = 0; i < widths.length; ++i)
    ArrayPrototypePush(rules, StringPrototypeRepeat('\u2500', widths[i] + 2));
  const row = (cells) => {
    let text = '\u2502';
    for (let i = 0; i < cells.length; ++i)
      text += ` ${cells[i]}${
        StringPrototypeRepeat(' ', widths[i] - getStringWidth(cells[i]))} \u2502`;
    return text;
  };
  let table = `\u250c${ArrayPrototypeJoin(rules, '\u252c')}\u2510\n${row(head)}\n` +
              `\u251c${ArrayPrototypeJoin(rules, '\u253c')}\u2524\n`;
  for (let i = 0; i < rows.length; ++i)
    table += `${row(rows[i])}\n`;
  return `${table}\u2514${ArrayPrototypeJoin(rules, '\u2534')}\u2518`;
}

function tableOf(data, properties, options) {
  const show = (value) => inspect(value, {
    ...options, maxArrayLength: 3, breakLength: Infinity,
    depth: value !== null && typeof value === 'object' && !ArrayIsArray(value) &&
      ObjectKeys(value).length > 2 ? -1 : 0,
  });
  const isMap = types.isMap(data);
  const isMapIterator = types.isMapIterator(data);
  const isSet = types.isSet(data);
  const iteration = '(iteration index)';
  const index = [];
  const values = [];
  if (isMap || isMapIterator || isSet || types.isSetIterator(data)) {
    const keys = [];
    let pairs = isMap;
    let items;
    if (isMap) {
      items = [];
      MapPrototypeForEach(data, (value, key) => ArrayPrototypePush(items, key, value));
    } else if (isSet) {
      items = [];
      SetPrototypeForEach(data, (value) => ArrayPrototypePush(items, value));
    } else {
      const preview = previewEntries(data);
      items = preview[0];
      pairs = preview[1];
    }
    for (let i = 0, row = 0; i < items.length; ++i, ++row) {
      ArrayPrototypePush(index, `${row}`);
      if (pairs)
        ArrayPrototypePush(keys, show(items[i++]));
      ArrayPrototypePush(values, show(items[i]));
    }
    if (pairs)
      return renderTable([iteration, 'Key', 'Values'], [index, keys, values]);
    return renderTable([iteration, 'Values'], [index, values]);
  }
  const columns = { __proto__: null };
  let hasPrimitives = false;
  const rows = ObjectKeys(data);
  for (let i = 0; i < rows.length; ++i) {
    const item = data[rows[i]];
    const isPrimitive = item === null || (typeof item !== 'function' && typeof item !== 'object');
    if (isPrimitive) {
      hasPrimitives = true;
      values[i] = show(item);
    } else {
      const keys = properties || ObjectKeys(item);
      for (let k = 0; k < keys.length; ++k) {
        const column = columns[keys[k]] ??= [];
        if (ObjectHasOwn(item, keys[k]))
          column[i] = show(item[keys[k]]);
        else
          column[i] = '';
      }
    }
    ArrayPrototypePush(index, rows[i]);
  }
  const head = ObjectKeys(columns);
  const all = [];
  for (let i = 0; i < head.length; ++i)
    ArrayPrototypePush(all, columns[head[i]]);
  if (hasPrimitives) {
    ArrayPrototypePush(head, 'Values');
    ArrayPrototypePush(all, values);
  }
  ArrayPrototypeUnshift(head, '(index)');
  ArrayPrototypeUnshift(all, index);
  return renderTable(head, all);
}

// -- methods ----------------------------------------------------------------------------

// The methods for one printer: an object of functions that need no `this`.
function methodsFor(out) {
  const labelOf = (label) => `${label}`;
  const elapsed = (name, label, rest) => {
    const start = MapPrototypeGet(out.timers, label);
    if (start === undefined) {
      emitWarning(`No such label '${label}' for console.${name}()`, 'Warning');
      return false;
    }
    const text = formatTime(now() - start);
    const values = ['%s: %s', label, text];
    for (let i = 0; rest !== undefined && i < rest.length; ++i)
      ArrayPrototypePush(values, rest[i]);
    out.values(false, values);
    return true;
  };
  const methods = {
    log(...args) {
      out.values(false, args);
    },
    warn(...args) {
      out.values(true, args);
    },
    error(...args) {
      out.values(true, args);
    },
    dir(object, options) {
      out.line(false, inspect(object,
                              { customInspect: false, ...out.inspectOptions(false), ...options }));
    },
    time(label = 'default') {
      label = labelOf(label);
      if (MapPrototypeHas(out.timers, label)) {
        emitWarning(`Label '${label}' already exists for console.time()`, 'Warning');
        return;
      }
      MapPrototypeSet(out.timers, label, now());
    },
    timeEnd(label = 'default') {
      label = labelOf(label);
      if (elapsed('timeEnd', label))
        MapPrototypeDelete(out.timers, label);
    },
    timeLog(label = 'default', ...data) {
      elapsed('timeLog', labelOf(label), data);
    },
    trace: function trace(...args) {
      const error = { name: 'Trace', message: formatList(out.inspectOptions(true), args) };
      ErrorCaptureStackTrace(error, trace);
      out.line(true, error.stack);
    },
    assert(expression, ...args) {
      if (expression)
        return;
      if (typeof args[0] === 'string')
        args[0] = `Assertion failed: ${args[0]}`;
      else
        ArrayPrototypeUnshift(args, args.length === 0 ? 'Assertion failed' : 'Assertion failed:');
      out.values(true, args);
    },
    clear() {
      // Of a terminal, which a context has not.
    },
    count(label = 'default') {
      label = labelOf(label);
      const count = (MapPrototypeGet(out.counts, label) ?? 0) + 1;
      MapPrototypeSet(out.counts, label, count);
      out.line(false, `${label}: ${count}`);
    },
    countReset(label = 'default') {
      label = labelOf(label);
      if (!MapPrototypeHas(out.counts, label)) {
        emitWarning(`Count for '${label}' does not exist`, 'Warning');
        return;
      }
      MapPrototypeDelete(out.counts, label);
    },
    group(...data) {
      if (data.length > 0)
        out.values(false, data);
      out.indentation += StringPrototypeRepeat(' ', out.groupIndentation);
    },
    groupEnd() {
      out.indentation = StringPrototypeSlice(
        out.indentation, 0, out.indentation.length - out.groupIndentation);
    },
    table(tabularData, properties) {
      if (tabularData === null || typeof tabularData !== 'object') {
        out.values(false, [tabularData]);
        return;
      }
      if (properties !== undefined)
        validateArray(properties, 'properties');
      out.line(false, tableOf(tabularData, properties, out.inspectOptions(false)));
    },
  };
  methods.debug = methods.log;
  methods.info = methods.log;
  methods.dirxml = methods.log;
  methods.groupCollapsed = methods.group;
  return methods;
}

// For tools, as in Node without an inspector.
const forTools = {
  profile() {},
  profileEnd() {},
  timeStamp() {},
};

// -- Console ----------------------------------------------------------------------------

function Console(options) {
  if (!new.target)
    return ReflectConstruct(Console, arguments);
  let settings = options;
  if (!settings || typeof settings.write === 'function')
    settings = { stdout: settings, stderr: arguments[1], ignoreErrors: arguments[2] };
  const {
    stdout, stderr = stdout, ignoreErrors = true, colorMode = 'auto', inspectOptions,
    groupIndentation = 2,
  } = settings;
  if (!stdout || typeof stdout.write !== 'function')
    throw new codes.ERR_CONSOLE_WRITABLE_STREAM('stdout');
  if (!stderr || typeof stderr.write !== 'function')
    throw new codes.ERR_CONSOLE_WRITABLE_STREAM('stderr');
  validateOneOf(colorMode, 'colorMode', ['auto', true, false]);
  validateInteger(groupIndentation, 'groupIndentation', 0, 1000);
  if (inspectOptions !== undefined) {
    validateObject(inspectOptions, 'options.inspectOptions');
    if (inspectOptions.colors !== undefined && settings.colorMode !== undefined)
      throw new codes.ERR_INCOMPATIBLE_OPTION_PAIR('options.inspectOptions.color', 'colorMode');
  }
  const optionsOf = (isError) => {
    if (inspectOptions !== undefined)
      return inspectOptions;
    const stream = isError ? stderr : stdout;
    const colors = colorMode === 'auto' ? Boolean(stream.isTTY) : colorMode;
    return colors ? { colors: true } : undefined;
  };
  const write = (isError, text) => {
    const stream = isError ? stderr : stdout;
    try {
      stream.write(`${text}\n`);
    } catch (error) {
      if (!ignoreErrors)
        throw error;
    }
  };
  fill(this, methodsFor(new printer(write, groupIndentation, optionsOf)), true);
  return this;
}

// Methods work without `this`, and other classes may extend the class.
function fill(object, methods, isConfigurable) {
  const both = [methods, forTools];
  for (let i = 0; i < both.length; ++i) {
    const keys = ObjectKeys(both[i]);
    for (let k = 0; k < keys.length; ++k)
      ObjectDefineProperty(object, keys[k], {
        __proto__: null,
        value: typeof object[keys[k]] === 'function' && isConfigurable ?
          FunctionPrototypeBind(object[keys[k]], object) : both[i][keys[k]],
        writable: true,
        enumerable: true,
        configurable: true,
      });
  }
}

// -- the console ------------------------------------------------------------------------

const { write } = internalBinding('console');
// Set by whoever knows that the output is a terminal: { out, err }.
const colors = { __proto__: null, out: false, err: false };
// Set by whoever knows what a program has put in the place of an output: `other(isError)` is
// that stream, or undefined.
const outlets = { __proto__: null, other: undefined };

function writeLine(isError, text) {
  let stream;
  try {
    stream = outlets.other?.(isError);
    stream?.write(`${text}\n`);
  } catch {
    return; // as in Node: what is printed breaks no program
  }
  if (stream === undefined)
    write(isError, text);
}
const standard = new printer(
  writeLine, 2, (isError) => ((isError ? colors.err : colors.out) ? { colors: true } : undefined));

const console = ObjectSetPrototypeOf({}, ObjectSetPrototypeOf({}, primordials.ObjectPrototype));
fill(console, methodsFor(standard), false);
ObjectDefineProperty(console, 'Console', {
  __proto__: null, value: Console, writable: true, configurable: true, enumerable: false,
});
ObjectDefineProperty(console, SymbolToStringTag,
                     { __proto__: null, value: 'console', configurable: true });
ObjectDefineProperty(Console, SymbolHasInstance, {
  __proto__: null,
  value(instance) {
    return instance === console ||
      primordials.FunctionPrototypeSymbolHasInstance(Console, instance);
  },
});

module.exports = { colors, console, outlets };

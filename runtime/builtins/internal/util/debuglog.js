'use strict';

// `util.debuglog`: sections that the variable NODE_DEBUG names, of a process that has one.

const {
  ObjectDefineProperty,
  ReflectApply,
  RegExp,
  RegExpPrototypeExec,
  String,
  StringPrototypeIncludes,
  StringPrototypeToUpperCase,
} = primordials;

const { format } = require('internal/util/inspect');

const special = '|\\{}()[]^$+?./';

// undefined where there is no process.
const findProcess = () => require('internal/modules/builtin').find('process');

// A list with commas; `*` stands for anything.
function isOn(section, list) {
  if (typeof list !== 'string' || list === '')
    return false;
  let pattern = '^';
  for (let i = 0; i < list.length; ++i) {
    const char = list[i];
    pattern += char === '*' ? '.*' : char === ',' ? '$|^' :
      StringPrototypeIncludes(special, char) ? `\\${char}` : char;
  }
  return RegExpPrototypeExec(new RegExp(`${pattern}$`, 'i'), section) !== null;
}

// `callback` gets the logger of a section at its first use.
function debuglog(set, callback = undefined) {
  const section = StringPrototypeToUpperCase(String(set));
  let on;
  let pid = 0;
  const enabled = () => {
    if (on === undefined) {
      const process = findProcess();
      on = isOn(section, process?.env?.NODE_DEBUG);
      pid = process?.pid;
    }
    return on;
  };
  const write = (...args) => {
    if (enabled())
      internalBinding('console').write(
        true, `${section} ${pid}: ${ReflectApply(format, undefined, args)}`);
  };
  let isFirst = true;
  const logger = (...args) => {
    if (isFirst && typeof callback === 'function')
      callback(write);
    isFirst = false;
    ReflectApply(write, undefined, args);
  };
  ObjectDefineProperty(logger, 'enabled',
                       { __proto__: null, get: enabled, configurable: true, enumerable: true });
  return logger;
}

module.exports = { debuglog };

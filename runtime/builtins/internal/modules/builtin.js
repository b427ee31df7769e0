'use strict';

// The built-in modules that the context was given, as scripts get them.

const {
  ArrayPrototypeIncludes, ArrayPrototypeMap, StringPrototypeSlice, StringPrototypeStartsWith,
} = primordials;

const { names, load } = internalBinding('builtins');

// Those that can only be had with `node:`; without it their names are packages'.
const onlyWithScheme = ['test'];

const nameOf = (specifier) => (StringPrototypeStartsWith(specifier, 'node:') ?
  StringPrototypeSlice(specifier, 5) : specifier);

const given = names();
const known = ArrayPrototypeMap(
  given, (name) => (ArrayPrototypeIncludes(onlyWithScheme, name) ? `node:${name}` : name));

const isBuiltin = (specifier) => ArrayPrototypeIncludes(known, specifier) ||
  (StringPrototypeStartsWith(specifier, 'node:') && ArrayPrototypeIncludes(given, nameOf(specifier)));

// What `require` gives; undefined when there is none.
function find(specifier) {
  return isBuiltin(specifier) ? load(nameOf(specifier)) : undefined;
}

module.exports = { find, isBuiltin, known, nameOf };

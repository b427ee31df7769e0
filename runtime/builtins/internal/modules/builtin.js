'use strict';

// The built-in modules that the context was given, as scripts get them.

const { ArrayPrototypeIncludes, StringPrototypeSlice, StringPrototypeStartsWith } = primordials;

const { names, load } = internalBinding('builtins');

const known = names();

const nameOf = (specifier) => (StringPrototypeStartsWith(specifier, 'node:') ?
  StringPrototypeSlice(specifier, 5) : specifier);

// Those of Node's that can only be had with `node:`.
const isBuiltin = (specifier) => ArrayPrototypeIncludes(known, nameOf(specifier));

// What `require` gives; undefined when there is none.
function find(specifier) {
  return isBuiltin(specifier) ? load(nameOf(specifier)) : undefined;
}

module.exports = { find, isBuiltin, known, nameOf };

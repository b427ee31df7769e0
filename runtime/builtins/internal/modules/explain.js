'use strict';

// Where an ECMAScript module asks for what only CommonJS has, the error says so.

const {
  ArrayPrototypeIncludes,
  RegExpPrototypeExec,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
} = primordials;

const { isNativeError } = require('internal/util/types');
const { extensionOf, packageOf, splitTail, toPath } = require('internal/modules/resolve');

const names = ['require', 'module', 'exports', '__filename', '__dirname'];

function advice(name, url) {
  let text = ' in ES module scope';
  if (name === 'require')
    text += ', you can use import instead';
  const path = toPath(splitTail(url)[0]);
  const found = extensionOf(path) === '.js' ? packageOf(path) : null;
  if (found?.type === 'module')
    text += "\nThis file is being treated as an ES module because it has a '.js' file " +
      `extension and '${found.folder}package.json' contains "type": "module". ` +
      "To treat it as a CommonJS script, rename it to use the '.cjs' file extension.";
  return text;
}

// Adds to the message and the stack of `error`, which the main module at `url` has thrown.
function explain(error, url) {
  if (!isNativeError(error) || error.name !== 'ReferenceError')
    return;
  const { message, stack } = error;
  const found = RegExpPrototypeExec(/^(\w+) is not defined$/, message);
  if (found === null || !ArrayPrototypeIncludes(names, found[1]))
    return;
  const longer = message + advice(found[1], url);
  error.message = longer;
  const at = StringPrototypeIndexOf(stack, message);
  if (at >= 0)
    error.stack = StringPrototypeSlice(stack, 0, at) + longer +
      StringPrototypeSlice(stack, at + message.length);
}

module.exports = { explain };

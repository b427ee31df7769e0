'use strict';

// What V8 says of a module, in the words of who wrote it: names that only CommonJS has, and
// names that are not found in CommonJS.

const {
  RegExpPrototypeExec,
  StringPrototypeIncludes,
  StringPrototypeIndexOf,
  StringPrototypeReplaceAll,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
} = primordials;

const { codes: { ERR_AMBIGUOUS_MODULE_SYNTAX } } = require('internal/errors');
const { isNativeError } = require('internal/util/types');
const { extensionOf, packageOf, splitTail, toPath } = require('internal/modules/resolve');

// What to use instead, by name.
const instead = {
  __proto__: null,
  require: 'replace require() with import.',
  module: 'use export instead of module.exports/exports.',
  exports: 'use export instead of module.exports/exports.',
  __filename: 'use import.meta.filename instead.',
  __dirname: 'use import.meta.dirname instead.',
};

function advice(name, url) {
  let text = ' in ES module scope';
  if (name === 'require')
    text += ', you can use import instead';
  if (!StringPrototypeStartsWith(url, 'file:'))
    return text;
  const path = toPath(splitTail(url)[0]);
  const found = extensionOf(path) === '.js' ? packageOf(path) : null;
  if (found?.type === 'module')
    text += "\nThis file is being treated as an ES module because it has a '.js' file " +
      `extension and '${found.folder}package.json' contains "type": "module". ` +
      "To treat it as a CommonJS script, rename it to use the '.cjs' file extension.";
  return text;
}

// Changes the message, in the stack too.
function reword(error, message, to, separator = '') {
  const { stack } = error;
  error.message = to;
  const at = typeof stack === 'string' ? StringPrototypeIndexOf(stack, message) : -1;
  if (at >= 0)
    error.stack = StringPrototypeSlice(stack, 0, at) + to + separator +
      StringPrototypeSlice(stack, at + message.length);
}

// Of `error`, which the graph of the module at `url` has thrown. Does that module await
// something at its top, or one that it imports?
function explain(error, url, hasAwait) {
  if (!isNativeError(error) || error.name !== 'ReferenceError')
    return;
  const { message } = error;
  const found = RegExpPrototypeExec(/^(\w+) is not defined$/, message);
  const use = found === null ? undefined : instead[found[1]];
  if (use === undefined)
    return;
  if (hasAwait) {
    const { code, message: ambiguous } = new ERR_AMBIGUOUS_MODULE_SYNTAX(found[1], use);
    reword(error, message, ambiguous);
    error.code = code;
    return;
  }
  reword(error, message, message + advice(found[1], url));
}

// Of `error`, which says that a module has no export of a name that is asked for on `line`.
function explainLink(error, line, isCommonJS) {
  if (!isNativeError(error) || error.name !== 'SyntaxError')
    return;
  const { message } = error;
  const found = RegExpPrototypeExec(
    /^The requested module '([^]*)' does not provide an export named '([^]*)'$/, message);
  if (found === null || !isCommonJS(found[1]))
    return;
  let text = `Named export '${found[2]}' not found. The requested module '${found[1]}' is a ` +
    'CommonJS module, which may not support all module.exports as named exports.\n' +
    'CommonJS modules can always be imported via the default export, for example using:\n\n' +
    `import pkg from '${found[1]}';\n`;
  // As far as the statement is on one line.
  const open = StringPrototypeIndexOf(line, '{');
  const close = open < 0 ? -1 : StringPrototypeIndexOf(line, '}', open);
  if (close >= 0 && StringPrototypeIncludes(line, found[1])) {
    const list = StringPrototypeSlice(line, open + 1, close);
    text += `const {${StringPrototypeReplaceAll(list, ' as ', ': ')}} = pkg;\n`;
  }
  reword(error, message, text, '\n');
}

module.exports = { explain, explainLink };

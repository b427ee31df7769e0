'use strict';

// `util.parseEnv`: the text of a file of variables (https://nodejs.org/api/environment_variables.html).

const {
  RegExp,
  RegExpPrototypeExec,
  StringPrototypeReplaceAll,
  StringPrototypeTrim,
} = primordials;

const { validateString } = require('internal/validators');

// name = 'text', "text with \n", `text` or text, each of them perhaps with a comment behind.
const assignment = '(?:^|\\n)[^\\S\\n]*(?:export[^\\S\\n]+)?([^=\\n#]*)=[^\\S\\n]*' +
  '(?:\'([^\']*)\'|"([^"]*)"|`([^`]*)`|([^\\n#]*))[^\\n]*';

function parseEnv(content) {
  validateString(content, 'content');
  content = StringPrototypeReplaceAll(content, '\r\n', '\n');
  const made = {};
  const pattern = new RegExp(assignment, 'g');
  for (;;) {
    const found = RegExpPrototypeExec(pattern, content);
    if (found === null)
      return made;
    const name = StringPrototypeTrim(found[1]);
    if (name !== '')
      made[name] = found[2] ?? found[4] ??
        (found[3] === undefined ? StringPrototypeTrim(found[5]) :
          StringPrototypeReplaceAll(found[3], '\\n', '\n'));
  }
}

module.exports = { parseEnv };

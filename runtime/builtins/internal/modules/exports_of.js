'use strict';

// The names that a CommonJS module exports, as far as its text tells: the usual ways of
// writing them. What it does not find can still be had through the default export.

const {
  ArrayPrototypeIncludes,
  ArrayPrototypePush,
  RegExpPrototypeExec,
  StringPrototypeSlice,
  StringPrototypeTrim,
  StringPrototypeSplit,
} = primordials;

const target = '(?:module\\.)?exports';
const name = '([A-Za-z_$][\\w$]*)';

const assignment = new primordials.RegExp(`\\b${target}\\.${name}\\s*=(?!=)`, 'g');
const byKey = new primordials.RegExp(`\\b${target}\\[\\s*(['"])([^'"\\\\]+)\\1\\s*\\]\\s*=(?!=)`,
                                     'g');
const defined = new primordials.RegExp(
  `\\bObject\\.defineProperty\\(\\s*${target}\\s*,\\s*(['"])([^'"\\\\]+)\\1`, 'g');
const literal = /\bmodule\.exports\s*=\s*\{([^}]*)\}/g;
const starReexport =
  /\b(?:__exportStar|__export|tslib_\d+\.__exportStar)\(\s*require\(\s*(['"])([^'"\\]+)\1\s*\)/g;
const wholeReexport = /\bmodule\.exports\s*=\s*require\(\s*(['"])([^'"\\]+)\1\s*\)/g;
const spreadReexport = /^\.\.\.\s*require\(\s*(['"])([^'"\\]+)\1\s*\)$/;
const property = /^(?:(?:async\s+)?([A-Za-z_$][\w$]*)\s*(?::|\(|$)|(['"])([^'"\\]+)\2\s*:)/;

function eachMatch(pattern, text, found) {
  pattern.lastIndex = 0;
  for (let match; (match = RegExpPrototypeExec(pattern, text)) !== null;)
    found(match);
}

// { names, reexports }: names, and the specifiers of modules whose names are exported too.
function exportsOf(text) {
  const names = [];
  const reexports = [];
  const add = (each) => {
    if (each !== 'default' && !ArrayPrototypeIncludes(names, each))
      ArrayPrototypePush(names, each);
  };
  eachMatch(assignment, text, (match) => add(match[1]));
  eachMatch(byKey, text, (match) => add(match[2]));
  eachMatch(defined, text, (match) => add(match[2]));
  eachMatch(literal, text, (match) => {
    const members = StringPrototypeSplit(match[1], ',');
    for (let i = 0; i < members.length; ++i) {
      const member = StringPrototypeTrim(members[i]);
      const spread = RegExpPrototypeExec(spreadReexport, member);
      if (spread !== null) {
        ArrayPrototypePush(reexports, spread[2]);
        continue;
      }
      const found = RegExpPrototypeExec(property, member);
      if (found === null)
        break; // what stands there may contain commas
      add(found[1] ?? found[3]);
      if (StringPrototypeSlice(member, -1) === '(')
        break;
    }
  });
  eachMatch(starReexport, text, (match) => ArrayPrototypePush(reexports, match[2]));
  eachMatch(wholeReexport, text, (match) => ArrayPrototypePush(reexports, match[2]));
  return { names, reexports };
}

module.exports = { exportsOf };

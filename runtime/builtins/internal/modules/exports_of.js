'use strict';

// The names that a CommonJS module exports, as far as its text tells
// (https://nodejs.org/api/esm.html#commonjs-namespaces): the text is cut into tokens, and some
// ways of writing exports are looked for among them, wherever they stand. What is not found can
// still be had through the default export.

const {
  ArrayPrototypePop,
  ArrayPrototypePush,
  Map,
  MapPrototypeGet,
  MapPrototypeSet,
  NumberParseInt,
  Set,
  SetPrototypeAdd,
  SetPrototypeForEach,
  SetPrototypeHas,
  StringFromCodePoint,
  StringPrototypeCharCodeAt,
  StringPrototypeIncludes,
  StringPrototypeIndexOf,
  StringPrototypeIsWellFormed,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
} = primordials;

// Behind these words stands no division.
const beforeExpression = new Set();
for (let words = ['await', 'case', 'delete', 'do', 'else', 'in', 'instanceof', 'new', 'of',
                  'return', 'throw', 'typeof', 'void', 'yield'], i = 0; i < words.length; ++i)
  SetPrototypeAdd(beforeExpression, words[i]);

const blockWords = new Set();
for (let words = ['do', 'else', 'finally', 'try'], i = 0; i < words.length; ++i)
  SetPrototypeAdd(blockWords, words[i]);

// What is open: `(`, that of `if` and the like, `{` of a block and of a value, `${`.
const group = 0;
const condition = 1;
const block = 2;
const braces = 3;
const substitution = 4;

const isNewline = (c) => c === 10 || c === 13 || c === 0x2028 || c === 0x2029;
const isSpace = (c) => c === 32 || (c >= 9 && c <= 13) || c === 0xA0 || c === 0xFEFF ||
  c === 0x2028 || c === 0x2029 || c === 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
  c === 0x202F || c === 0x205F || c === 0x3000;
const isDigit = (c) => c >= 48 && c <= 57;
const isNameStart = (c) => (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 ||
  c === 36 || (c >= 128 && !isSpace(c));
const isNamePart = (c) => isNameStart(c) || isDigit(c);

const simpleEscapes = { '__proto__': null, 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
                        'v': '\v', '0': '\0', '\n': '', '\r': '', '\u2028': '', '\u2029': '' };

// What stands between quotes; undefined when no export can be called that.
function unescaped(raw) {
  let made = raw;
  let at = StringPrototypeIndexOf(raw, '\\');
  if (at >= 0) {
    made = '';
    let from = 0;
    for (; at >= 0; at = StringPrototypeIndexOf(raw, '\\', from)) {
      made += StringPrototypeSlice(raw, from, at);
      const letter = raw[at + 1];
      from = at + 2;
      if (letter === 'x' || letter === 'u') {
        const isLong = letter === 'u' && raw[from] === '{';
        const end = isLong ? StringPrototypeIndexOf(raw, '}', from) :
          from + (letter === 'x' ? 2 : 4);
        const code = NumberParseInt(StringPrototypeSlice(raw, isLong ? from + 1 : from, end), 16);
        if (end < 0 || !(code <= 0x10FFFF))
          return undefined;
        made += StringFromCodePoint(code);
        from = isLong ? end + 1 : end;
      } else {
        made += simpleEscapes[letter] ?? letter ?? '';
      }
    }
    made += StringPrototypeSlice(raw, from);
  }
  return StringPrototypeIsWellFormed(made) ? made : undefined;
}

// Behind a quote: the place after the one that ends the string; -1 when none does.
function endOfString(text, at, quote) {
  for (; at < text.length; ++at) {
    const c = StringPrototypeCharCodeAt(text, at);
    if (c === quote)
      return at + 1;
    if (c === 92)
      ++at;
    else if (c === 10 || c === 13)
      return -1;
  }
  return -1;
}

// The place behind spaces and comments; -1 when a comment has no end.
function skipSpace(text, at) {
  for (; at < text.length; ++at) {
    const c = StringPrototypeCharCodeAt(text, at);
    if (c === 47) {
      const next = StringPrototypeCharCodeAt(text, at + 1);
      if (next === 47) {
        at += 2;
        while (at < text.length && !isNewline(StringPrototypeCharCodeAt(text, at)))
          ++at;
      } else if (next === 42) {
        const end = StringPrototypeIndexOf(text, '*/', at + 2);
        if (end < 0)
          return -1;
        at = end + 1;
      } else {
        return at;
      }
    } else if (!isSpace(c)) {
      return at;
    }
  }
  return at;
}

function endOfName(text, at) {
  while (at < text.length && isNamePart(StringPrototypeCharCodeAt(text, at)))
    ++at;
  return at;
}

// Looks ahead from a place, for some tokens in a row. How far is bounded by what it looks for;
// comments and strings apart, which may be looked at some dozen times.
class Lookahead {
  constructor(text, at) {
    this.text = text;
    this.at = at;
  }

  // Is this next? Then it is behind us.
  eat(word) {
    const start = skipSpace(this.text, this.at);
    if (start < 0 || !StringPrototypeStartsWith(this.text, word, start))
      return false;
    const end = start + word.length;
    if (isNamePart(StringPrototypeCharCodeAt(word, word.length - 1)) &&
        isNamePart(StringPrototypeCharCodeAt(this.text, end)))
      return false;
    this.at = end;
    return true;
  }

  // All of them.
  eatAll(words) {
    for (let i = 0; i < words.length; ++i)
      if (!this.eat(words[i]))
        return false;
    return true;
  }

  // A name, or undefined.
  name() {
    const start = skipSpace(this.text, this.at);
    if (start < 0 || !isNameStart(StringPrototypeCharCodeAt(this.text, start)))
      return undefined;
    this.at = endOfName(this.text, start);
    return StringPrototypeSlice(this.text, start, this.at);
  }

  // What is between quotes, or undefined.
  string() {
    const start = skipSpace(this.text, this.at);
    const quote = start < 0 ? 0 : StringPrototypeCharCodeAt(this.text, start);
    if (quote !== 34 && quote !== 39)
      return undefined;
    const end = endOfString(this.text, start + 1, quote);
    if (end < 0)
      return undefined;
    this.at = end;
    return unescaped(StringPrototypeSlice(this.text, start + 1, end - 1));
  }

  // `require('name')`: what is between the quotes.
  required() {
    const { at } = this;
    if (this.eat('require') && this.eat('(')) {
      const found = this.string();
      if (found !== undefined && this.eat(')'))
        return found;
    }
    this.at = at;
    return undefined;
  }

  // `exports` or `module.exports`
  target() {
    return this.eat('exports') || this.eatAll(['module', '.', 'exports']);
  }
}

// What has been found so far.
class Findings {
  constructor() {
    this.names = new Set();
    this.whole = new Set(); // passed on by assigning to `module.exports`: the last one counts
    this.stars = new Set(); // passed on name by name
    this.bindings = new Map(); // variables that hold a module
  }

  add(name) {
    if (name !== undefined)
      SetPrototypeAdd(this.names, name);
  }
}

// Behind `exports`: `.name =`, `['name'] =`
function member(found, ahead) {
  let name;
  if (ahead.eat('.'))
    name = ahead.name();
  else if (!ahead.eat('[') || (name = ahead.string()) === undefined || !ahead.eat(']'))
    return;
  if (ahead.eat('='))
    found.add(name);
}

// Behind `module.exports = {`. Ends at the first member whose value is no name.
function literal(found, ahead) {
  do {
    if (ahead.eat('...')) {
      const specifier = ahead.required();
      if (specifier !== undefined)
        SetPrototypeAdd(found.whole, specifier);
      else if (ahead.name() === undefined)
        return;
      continue;
    }
    let name = ahead.name();
    const isQuoted = name === undefined;
    if (isQuoted && (name = ahead.string()) === undefined)
      return;
    if (ahead.eat(':')) {
      if (ahead.name() === undefined)
        return;
      found.add(name);
    } else if (!isQuoted) {
      if (name === 'get' && ahead.name() !== undefined)
        return;
      found.add(name);
    }
  } while (ahead.eat(','));
}

// Behind `module.exports =`
function assignment(found, ahead) {
  found.whole = new Set();
  if (ahead.eat('{')) {
    literal(found, ahead);
    return;
  }
  const specifier = ahead.required();
  if (specifier !== undefined)
    SetPrototypeAdd(found.whole, specifier);
}

// `.name` or `['name']`, if that is next.
function maybeProperty(ahead) {
  if (ahead.eat('.'))
    return ahead.name() !== undefined;
  return !ahead.eat('[') || (ahead.string() !== undefined && ahead.eat(']'));
}

// Of a getter, behind `get`: `: function name () {`, `() {`.
function beginsGetter(ahead) {
  if (ahead.eat(':')) {
    if (!ahead.eat('function'))
      return false;
    ahead.name();
  }
  return ahead.eatAll(['(', ')', '{', 'return']);
}

function endsGetter(ahead) {
  ahead.eat(';');
  if (!ahead.eat('}'))
    return false;
  ahead.eat(',');
  return ahead.eatAll(['}', ')']);
}

// Behind `Object.defineProperty`: a value, or a getter that gives another's.
function definition(found, ahead) {
  if (!ahead.eat('(') || !ahead.target() || !ahead.eat(','))
    return;
  const name = ahead.string();
  if (name === undefined || !ahead.eatAll([',', '{']))
    return;
  if (ahead.eat('enumerable') && !ahead.eatAll([':', 'true', ',']))
    return;
  if (ahead.eat('value')) {
    if (ahead.eat(':'))
      found.add(name);
    return;
  }
  if (ahead.eat('get') && beginsGetter(ahead) && ahead.name() !== undefined &&
      maybeProperty(ahead) && endsGetter(ahead))
    found.add(name);
}

const isDefault = (ahead) => ahead.eat("'default'") || ahead.eat('"default"');

// `Object.prototype.hasOwnProperty.call(x, key)`, behind `Object`
function ownsKey(ahead, key) {
  if (ahead.eatAll(['.', 'prototype']) && !ahead.eat('.'))
    return false;
  ahead.eat('.');
  return ahead.eatAll(['hasOwnProperty', '.', 'call', '(']) && ahead.name() !== undefined &&
    ahead.eatAll([',', key, ')']);
}

// Which keys are passed on: compilers have several ways to leave out `default`.
function passesKeys(ahead, key, from) {
  if (!ahead.eatAll(['if', '(', key]))
    return false;
  if (ahead.eat('!==')) {
    if (!isDefault(ahead))
      return false;
    if (ahead.eat('&&')) {
      if (!ahead.eat('!'))
        return false;
      if (ahead.eat('Object') ? !ownsKey(ahead, key) :
        ahead.name() === undefined || !ahead.eatAll(['.', 'hasOwnProperty', '(', key, ')']))
        return false;
    }
    return ahead.eat(')');
  }
  if (!ahead.eat('===') || !isDefault(ahead) || !ahead.eatAll(['||', key, '===']) ||
      !(ahead.eat("'__esModule'") || ahead.eat('"__esModule"')) ||
      !ahead.eatAll([')', 'return']))
    return false;
  ahead.eat(';');
  let { at } = ahead;
  if (ahead.eatAll(['if', '(', 'Object']) && ownsKey(ahead, key) &&
      ahead.eatAll([')', 'return'])) {
    ahead.eat(';');
    ({ at } = ahead);
  } else {
    ahead.at = at;
  }
  if (ahead.eatAll(['if', '(', key, 'in']) && ahead.target() && ahead.eat('&&') &&
      ahead.target() && ahead.eatAll(['[', key, ']', '===', from, '[', key, ']', ')', 'return']))
    ahead.eat(';');
  else
    ahead.at = at;
  return true;
}

// Behind `Object.keys`: a loop that passes everything of another module on.
function loop(found, ahead) {
  let from;
  let key;
  if (!ahead.eat('(') || (from = ahead.name()) === undefined ||
      !ahead.eatAll([')', '.', 'forEach', '(', 'function', '(']) ||
      (key = ahead.name()) === undefined || !ahead.eatAll([')', '{']) ||
      !passesKeys(ahead, key, from))
    return;
  if (ahead.eatAll(['Object', '.', 'defineProperty', '('])) {
    if (!ahead.target() || !ahead.eatAll([',', key, ',', '{', 'enumerable', ':', 'true', ',',
                                          'get']) ||
        !beginsGetter(ahead) || !ahead.eatAll([from, '[', key, ']']) || !endsGetter(ahead))
      return;
  } else if (!ahead.target() || !ahead.eatAll(['[', key, ']', '=', from, '[', key, ']'])) {
    return;
  }
  ahead.eat(';');
  const specifier = MapPrototypeGet(found.bindings, from);
  if (ahead.eatAll(['}', ')']) && specifier !== undefined)
    SetPrototypeAdd(found.stars, specifier);
}

// At a name that ends at `end`.
function atName(found, text, word, end, isMember) {
  const ahead = new Lookahead(text, end);
  switch (word) {
    case '__export':
    case '__exportStar': {
      const specifier = ahead.eat('(') ? ahead.required() : undefined;
      if (specifier !== undefined)
        SetPrototypeAdd(found.stars, specifier);
      return;
    }
    case 'exports':
      if (!isMember)
        member(found, ahead);
      return;
    case 'module':
      if (isMember || !ahead.eat('.') || !ahead.eat('exports'))
        return;
      if (ahead.eat('='))
        assignment(found, ahead);
      else
        member(found, ahead);
      return;
    case 'Object':
      if (isMember || !ahead.eat('.'))
        return;
      if (ahead.eat('defineProperty'))
        definition(found, ahead);
      else if (ahead.eat('keys'))
        loop(found, ahead);
      return;
    case 'var':
    case 'let':
    case 'const': {
      const name = isMember ? undefined : ahead.name();
      if (name === undefined || !ahead.eat('='))
        return;
      if (ahead.eat('_interopRequireWildcard') && !ahead.eat('('))
        return;
      const specifier = ahead.required();
      if (specifier !== undefined)
        MapPrototypeSet(found.bindings, name, specifier);
    }
  }
}

// Behind the slash that begins a regular expression: the place after its flags, or -1.
function endOfRegExp(text, at) {
  for (let inClass = false; at < text.length; ++at) {
    const c = StringPrototypeCharCodeAt(text, at);
    if (isNewline(c))
      return -1;
    if (c === 92)
      ++at;
    else if (c === 91)
      inClass = true;
    else if (c === 93)
      inClass = false;
    else if (c === 47 && !inClass)
      return endOfName(text, at + 1);
  }
  return -1;
}

// In a template: the place after its end or after `${`, or -1.
function endOfTemplate(text, at) {
  for (; at < text.length; ++at) {
    const c = StringPrototypeCharCodeAt(text, at);
    if (c === 92)
      ++at;
    else if (c === 96)
      return at + 1;
    else if (c === 36 && StringPrototypeCharCodeAt(text, at + 1) === 123)
      return at + 2;
  }
  return -1;
}

// Goes through all tokens. @returns whether what is opened is closed.
function walk(text, found) {
  const open = [];
  let at = StringPrototypeStartsWith(text, '#!') ? StringPrototypeIndexOf(text, '\n') : 0;
  if (at < 0)
    return true;
  let word; // the last token, when it was a name
  let mayBeRegExp = true; // or a division?
  let opensValue = false; // `{` would
  for (;;) {
    at = skipSpace(text, at);
    if (at < 0)
      return false;
    if (at >= text.length)
      return open.length === 0;
    const c = StringPrototypeCharCodeAt(text, at);
    if (isNameStart(c)) {
      const isMember = at > 0 && StringPrototypeCharCodeAt(text, at - 1) === 46;
      const end = endOfName(text, at);
      word = StringPrototypeSlice(text, at, end);
      atName(found, text, word, end, isMember);
      mayBeRegExp = !isMember && SetPrototypeHas(beforeExpression, word);
      opensValue = mayBeRegExp && !SetPrototypeHas(blockWords, word);
      if (isMember)
        word = '.';
      at = end;
      continue;
    }
    const before = word;
    word = undefined;
    let isOperand = true;
    if (c === 34 || c === 39) {
      at = endOfString(text, at + 1, c);
    } else if (isDigit(c)) {
      do
        at = endOfName(text, at + 1);
      while (StringPrototypeCharCodeAt(text, at) === 46);
    } else if (c === 47 && mayBeRegExp) {
      at = endOfRegExp(text, at + 1);
    } else if (c === 96 || (c === 125 && open[open.length - 1] === substitution)) {
      if (c === 125)
        ArrayPrototypePop(open);
      at = endOfTemplate(text, at + 1);
      if (at > 0 && StringPrototypeCharCodeAt(text, at - 1) === 123) {
        ArrayPrototypePush(open, substitution);
        isOperand = false;
      }
    } else if (c === 41) {
      const what = ArrayPrototypePop(open);
      if (what !== group && what !== condition)
        return false;
      isOperand = what === group;
      mayBeRegExp = !isOperand;
      opensValue = false;
      ++at;
      continue;
    } else if (c === 125) {
      const what = ArrayPrototypePop(open);
      if (what !== block && what !== braces)
        return false;
      mayBeRegExp = what === block;
      opensValue = false;
      ++at;
      continue;
    } else if (c === 93) {
      ++at;
    } else if ((c === 43 || c === 45) && StringPrototypeCharCodeAt(text, at + 1) === c) {
      at += 2;
      isOperand = !mayBeRegExp || before !== undefined;
    } else {
      isOperand = false;
      if (c === 40)
        ArrayPrototypePush(open, before === 'if' || before === 'while' || before === 'for' ||
          before === 'with' ? condition : group);
      else if (c === 123)
        ArrayPrototypePush(open, opensValue ? braces : block);
      // Behind `=>` is a body.
      const isArrow = c === 61 && StringPrototypeCharCodeAt(text, at + 1) === 62;
      at += isArrow ? 2 : 1;
      mayBeRegExp = true;
      opensValue = !isArrow && c !== 59 && c !== 123;
      continue;
    }
    if (at < 0)
      return false;
    mayBeRegExp = !isOperand;
    opensValue = !isOperand;
  }
}

// { names, reexports }: names, and the specifiers of modules whose names are exported too.
function exportsOf(text) {
  const names = [];
  const reexports = [];
  const found = new Findings();
  if (StringPrototypeIncludes(text, 'export') && walk(text, found)) {
    SetPrototypeForEach(found.names, (each) => {
      if (each !== 'default')
        ArrayPrototypePush(names, each);
    });
    SetPrototypeForEach(found.whole, (each) => SetPrototypeAdd(found.stars, each));
    SetPrototypeForEach(found.stars, (each) => ArrayPrototypePush(reexports, each));
  }
  return { names, reexports };
}

module.exports = { exportsOf };

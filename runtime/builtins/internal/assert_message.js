'use strict';

// The messages of an AssertionError.

const {
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  StringPrototypeEndsWith,
  StringPrototypeRepeat,
  StringPrototypeSlice,
  StringPrototypeSplit,
} = primordials;

const { difference, kDelete, kSame } = require('internal/util/difference');
const { inspectWithoutStacks } = require('internal/util/inspect');

const heads = {
  __proto__: null,
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  partialDeepStrictEqual: 'Expected values to be partially and strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notDeepEqualUnlike: 'Expected values not to be loosely deep-equal:',
  notIdentical: 'Values have same structure but are not reference-equal:',
};

const linesMax = 50; // of a value that is shown once
const unlikeLinesMax = 46;
const textMax = 512; // of a value in a line
const textOfOneMax = 1024;
const shortMax = 12; // of two values in one line
const markedMax = 80; // of two lines with a mark below
const contextMax = 5; // lines that are shown behind a difference

function show(value) {
  return inspectWithoutStacks(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
  });
}

const cut = (text, max, isFull) =>
  (text.length > max && !isFull ? `${StringPrototypeSlice(text, 0, max - 3)}...` : text);

const isObject = (value) => typeof value === 'object' && value !== null;
const isPlain = (value) => !isObject(value) && typeof value !== 'function';

// -- differences ------------------------------------------------------------------------

const withoutComma = (line) =>
  (StringPrototypeEndsWith(line, ',') ? StringPrototypeSlice(line, 0, -1) : line);
const isSameLine = (a, b) => a === b || withoutComma(a) === withoutComma(b);

const common = ({ left, right }) => `  ${StringPrototypeEndsWith(right, ',') ? right : left}`;

// Lines of both, marked: '  ' common, '+ ' only of `a`, '- ' only of `b`. Of many common ones
// the first few are shown, and the last before a difference.
function diffOf(a, b) {
  const lines = [];
  const entries = difference(a, b, isSameLine);
  let isSkipping = false;
  for (let i = 0; i < entries.length;) {
    const { kind, left, right } = entries[i];
    if (kind !== kSame) {
      ArrayPrototypePush(lines, kind === kDelete ? `+ ${left}` : `- ${right}`);
      ++i;
      continue;
    }
    let end = i;
    while (end < entries.length && entries[end].kind === kSame)
      ++end;
    const count = end - i;
    const isLast = end === entries.length;
    const whole = !isLast && count <= contextMax + 2;
    for (let k = i; k < end && (whole || k < i + contextMax); ++k)
      ArrayPrototypePush(lines, common(entries[k]));
    if (!whole && !isLast) {
      ArrayPrototypePush(lines, '...', common(entries[end - 1]));
      isSkipping = true;
    }
    i = end;
  }
  return { lines, isSkipping };
}

// A mark below the first character that differs, for lines that begin alike.
function markOf(actual, expected, a, b) {
  if ((isObject(actual) && isObject(expected)) || a.length + b.length > markedMax)
    return '';
  let i = 0;
  while (i < a.length && a[i] === b[i])
    ++i;
  return i > 2 && i < a.length ? `\n${StringPrototypeRepeat(' ', i + 2)}^` : '';
}

function identical(head, lines) {
  if (lines.length > linesMax)
    return `${head}\n\n... Skipped lines\n${
      ArrayPrototypeJoin(ArrayPrototypeSlice(lines, 0, linesMax), '\n')}\n...}\n`;
  return `${head}\n\n${ArrayPrototypeJoin(lines, '\n')}\n`;
}

function equalMessage(actual, expected, operator, own) {
  const shownActual = show(actual);
  const shownExpected = show(expected);
  const a = StringPrototypeSplit(shownActual, '\n');
  const b = StringPrototypeSplit(shownExpected, '\n');
  const bothObjects = isObject(actual) && isObject(expected);
  if (operator === 'strictEqual' &&
      (bothObjects || (typeof actual === 'function' && typeof expected === 'function')))
    operator = 'strictEqualObject';
  const head = own ?? heads[operator];
  const isLine = a.length === 1 && b.length === 1;
  if (shownActual === shownExpected) {
    if (!isLine || bothObjects)
      return identical(own ?? heads.notIdentical, a);
  } else if (isLine && !bothObjects && a[0].length + b[0].length <= shortMax &&
             (actual !== 0 || expected !== 0)) {
    return `${head}\n\n${a[0]} !== ${b[0]}\n`;
  }
  if (isLine)
    return `${head}\n+ actual - expected\n\n+ ${a[0]}\n- ${b[0]}${
      markOf(actual, expected, a[0], b[0])}\n`;
  const { lines, isSkipping } = diffOf(a, b);
  return `${head}\n+ actual - expected${isSkipping ? '\n... Skipped lines' : ''}\n\n${
    ArrayPrototypeJoin(lines, '\n')}\n`;
}

// -- others -----------------------------------------------------------------------------

function unequalMessage(actual, operator) {
  const head = operator === 'notStrictEqual' && !isPlain(actual) ? heads.notStrictEqualObject :
    heads[operator];
  const lines = StringPrototypeSplit(show(actual), '\n');
  if (lines.length === 1)
    return `${head}${lines[0].length > 5 ? '\n\n' : ' '}${lines[0]}`;
  if (lines.length > linesMax) {
    lines.length = unlikeLinesMax;
    ArrayPrototypePush(lines, '...');
  }
  return `${head}\n\n${ArrayPrototypeJoin(lines, '\n')}\n`;
}

// `own` is the message that the script gave; differences are shown with it all the same.
// `isFull`: nothing is cut.
function makeMessage(actual, expected, operator, own, isFull) {
  switch (operator) {
    case 'deepStrictEqual':
    case 'partialDeepStrictEqual':
    case 'strictEqual':
      return equalMessage(actual, expected, operator, own);
    case 'notDeepStrictEqual':
    case 'notStrictEqual':
      return unequalMessage(actual, operator);
  }
  const a = show(actual);
  const b = show(expected);
  if (operator === 'notDeepEqual' && a === b)
    return cut(`${heads.notDeepEqual}\n\n${a}`, textOfOneMax, isFull);
  const left = cut(a, textMax, isFull);
  const right = cut(b, textMax, isFull);
  if (operator === 'deepEqual')
    return `${heads.deepEqual}\n\n${left}\n\nshould loosely deep-equal\n\n${right}`;
  if (operator === 'notDeepEqual')
    return `${heads.notDeepEqualUnlike}\n\n${left}\n\nshould not loosely deep-equal\n\n${right}`;
  return `${left} ${operator} ${right}`;
}

const showsDifference = (operator) => operator === 'deepStrictEqual' ||
  operator === 'partialDeepStrictEqual' || operator === 'strictEqual';

module.exports = { makeMessage, showsDifference };

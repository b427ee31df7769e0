'use strict';

// What turns one list into another with the fewest changes, found greedily (E. W. Myers, An
// O(ND) Difference Algorithm and Its Variations, 1986).

const {
  ArrayIsArray,
  ArrayPrototypePush,
  ArrayPrototypeReverse,
  ArrayPrototypeSlice,
} = primordials;

const { validateString } = require('internal/validators');

// Lists with more changes than this are not compared item by item.
const changesMax = 1000;

const kDelete = -1;
const kSame = 0;
const kInsert = 1;

const entry = (kind, left, right) => ({ kind, left, right });

// Everything goes, everything else comes.
function replaceAll(a, b) {
  const entries = [];
  for (let i = 0; i < a.length; ++i)
    ArrayPrototypePush(entries, entry(kDelete, a[i], undefined));
  for (let i = 0; i < b.length; ++i)
    ArrayPrototypePush(entries, entry(kInsert, undefined, b[i]));
  return entries;
}

// Does the best way to diagonal `k` with `d` changes end with an insertion?
const comesFromAbove = (reached, origin, d, k) =>
  k === -d || (k !== d && reached[origin + k - 1] < reached[origin + k + 1]);

function walkBack(a, b, rounds, d) {
  const entries = [];
  let x = a.length;
  let y = b.length;
  for (; d >= 0; --d) {
    const k = x - y;
    let fromX = 0;
    let fromY = 0;
    let isInsertion = false;
    if (d > 0) {
      const { reached, first } = rounds[d];
      isInsertion = comesFromAbove(reached, -first, d, k);
      const from = isInsertion ? k + 1 : k - 1;
      fromX = reached[from - first];
      fromY = fromX - from;
    }
    while (x > fromX && y > fromY)
      ArrayPrototypePush(entries, entry(kSame, a[--x], b[--y]));
    if (d === 0)
      break;
    if (isInsertion)
      ArrayPrototypePush(entries, entry(kInsert, undefined, b[--y]));
    else
      ArrayPrototypePush(entries, entry(kDelete, a[--x], undefined));
  }
  return ArrayPrototypeReverse(entries);
}

// Entries { kind, left, right } in order: `left` of `a`, `right` of `b`.
function difference(a, b, isSame) {
  const longest = a.length + b.length;
  const limit = longest < changesMax ? longest : changesMax;
  const origin = limit + 1;
  const reached = [];
  for (let i = 0; i < 2 * limit + 3; ++i)
    ArrayPrototypePush(reached, 0);
  // What was reached before each round, from diagonal `first` on.
  const rounds = [];
  for (let d = 0; d <= limit; ++d) {
    ArrayPrototypePush(rounds, {
      reached: ArrayPrototypeSlice(reached, origin - d - 1, origin + d + 2), first: -d - 1,
    });
    for (let k = -d; k <= d; k += 2) {
      let x = comesFromAbove(reached, origin, d, k) ? reached[origin + k + 1] :
        reached[origin + k - 1] + 1;
      let y = x - k;
      while (x < a.length && y < b.length && isSame(a[x], b[y])) {
        ++x;
        ++y;
      }
      reached[origin + k] = x;
      if (x >= a.length && y >= b.length)
        return walkBack(a, b, rounds, d);
    }
  }
  return replaceAll(a, b);
}

function listFrom(value, name) {
  if (!ArrayIsArray(value)) {
    validateString(value, name);
    const units = [];
    for (let i = 0; i < value.length; ++i)
      ArrayPrototypePush(units, value[i]);
    return units;
  }
  for (let i = 0; i < value.length; ++i)
    validateString(value[i], `${name}[${i}]`);
  return value;
}

// `util.diff`: [1, only in `actual`], [0, in both], [-1, only in `expected`].
function diff(actual, expected) {
  if (actual === expected)
    return [];
  const entries = difference(listFrom(actual, 'actual'), listFrom(expected, 'expected'),
                             (a, b) => a === b);
  const made = [];
  for (let i = 0; i < entries.length; ++i) {
    const { kind, left, right } = entries[i];
    ArrayPrototypePush(made, [kind === kSame ? 0 : -kind, kind === kInsert ? right : left]);
  }
  return made;
}

module.exports = { diff, difference, kDelete, kInsert, kSame };

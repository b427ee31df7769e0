'use strict';

// `assert.partialDeepStrictEqual`: is everything of `b` in `a`? Prototypes do not count.

const {
  ArrayBufferIsView,
  ArrayIsArray,
  ArrayPrototypePop,
  ArrayPrototypePush,
  ArrayPrototypeSplice,
  FunctionPrototypeCall,
  MapPrototypeForEach,
  MapPrototypeGet,
  MapPrototypeHas,
  ObjectGetOwnPropertySymbols,
  ObjectHasOwn,
  ObjectIs,
  ObjectKeys,
  ObjectPrototypePropertyIsEnumerable,
  SetPrototypeForEach,
  SetPrototypeHas,
  TypedArrayPrototypeGetSymbolToStringTag,
  Uint8Array,
} = primordials;

const { getOwnNonIndexProperties } = internalBinding('util');
const { comparison, sameTag } = require('internal/util/comparisons');
const {
  kArrayBuffer, kDataView, kMap, kSet, kSharedArrayBuffer, kTypedArray, kindOf,
} = require('internal/util/kinds');

const isObject = (value) => value !== null && typeof value === 'object';

// Items of a view, or its bytes.
function itemsOf(value, kind) {
  if (kind === kTypedArray)
    return value;
  return ArrayBufferIsView(value) ?
    new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
}

class partialComparison extends comparison {
  constructor() {
    super(true);
  }

  equal(a, b) {
    if (ObjectIs(a, b))
      return true;
    return isObject(a) && isObject(b) && sameTag(a, b) && this.sameKind(a, b);
  }

  sameKind(a, b) {
    if (ArrayIsArray(a) !== ArrayIsArray(b))
      return false;
    if (ArrayIsArray(a))
      return this.sameContents(a, b, this.sameOrder, getOwnNonIndexProperties(b, true));
    const kind = kindOf(a);
    if (kind !== kindOf(b))
      return false;
    switch (kind) {
      case kTypedArray:
      case kDataView:
        return TypedArrayPrototypeGetSymbolToStringTag(a) ===
            TypedArrayPrototypeGetSymbolToStringTag(b) &&
          this.sameOrder(itemsOf(a, kind), itemsOf(b, kind)) &&
          this.sameContents(a, b, undefined, getOwnNonIndexProperties(b, true));
      case kArrayBuffer:
      case kSharedArrayBuffer:
        return this.sameOrder(itemsOf(a, kind), itemsOf(b, kind)) &&
          this.sameProperties(a, b, undefined);
      case kSet:
        return this.sameProperties(a, b, this.hasItems);
      case kMap:
        return this.sameProperties(a, b, this.hasEntries);
      default:
        return super.sameKind(a, b);
    }
  }

  sameHidden(a, b, key) {
    return !ObjectHasOwn(b, key) || (ObjectHasOwn(a, key) && this.equal(a[key], b[key]));
  }

  sameProperties(a, b, contents) {
    return this.sameContents(a, b, contents, ObjectKeys(b));
  }

  sameContents(a, b, contents, keys) {
    const symbols = ObjectGetOwnPropertySymbols(b);
    for (let i = 0; i < symbols.length; ++i)
      if (ObjectPrototypePropertyIsEnumerable(b, symbols[i]))
        ArrayPrototypePush(keys, symbols[i]);
    for (let i = 0; i < keys.length; ++i)
      if (!ObjectPrototypePropertyIsEnumerable(a, keys[i]))
        return false;
    for (let i = 0; i < this.left.length; ++i)
      if (this.left[i] === a && this.right[i] === b)
        return true; // a circle
    ArrayPrototypePush(this.left, a);
    ArrayPrototypePush(this.right, b);
    let same = contents === undefined || FunctionPrototypeCall(contents, this, a, b);
    for (let i = 0; same && i < keys.length; ++i)
      same = this.equal(a[keys[i]], b[keys[i]]);
    ArrayPrototypePop(this.left);
    ArrayPrototypePop(this.right);
    return same;
  }

  // The items of `b` in their order, others between them.
  sameOrder(a, b) {
    let at = 0;
    for (let i = 0; i < b.length; ++i) {
      while (at < a.length && !this.equal(a[at], b[i]))
        ++at;
      if (at++ >= a.length)
        return false;
    }
    return true;
  }

  hasItems(a, b) {
    const items = [];
    SetPrototypeForEach(a, (item) => {
      if (!SetPrototypeHas(b, item))
        ArrayPrototypePush(items, item);
    });
    let same = true;
    SetPrototypeForEach(b, (item) => {
      same &&= SetPrototypeHas(a, item) || this.take(items, item);
    });
    return same;
  }

  // Takes an item out of `list` that holds `item`.
  take(list, item) {
    for (let i = 0; i < list.length; ++i) {
      if (this.equal(list[i], item)) {
        ArrayPrototypeSplice(list, i, 1);
        return true;
      }
    }
    return false;
  }

  hasEntries(a, b) {
    const entries = [];
    MapPrototypeForEach(a, (item, key) => {
      if (isObject(key) && !MapPrototypeHas(b, key))
        ArrayPrototypePush(entries, { key, item });
    });
    const takeEntry = (key, item) => {
      for (let i = 0; i < entries.length; ++i) {
        if (this.equal(entries[i].key, key) && this.equal(entries[i].item, item)) {
          ArrayPrototypeSplice(entries, i, 1);
          return true;
        }
      }
      return false;
    };
    let same = true;
    MapPrototypeForEach(b, (item, key) => {
      same &&= MapPrototypeHas(a, key) ? this.equal(MapPrototypeGet(a, key), item) :
        isObject(key) && takeEntry(key, item);
    });
    return same;
  }
}

function isPartialStrictEqual(a, b) {
  return new partialComparison().equal(a, b);
}

module.exports = { isPartialStrictEqual };

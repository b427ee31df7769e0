'use strict';

// Deep equality as `node:assert` and `util.isDeepStrictEqual` document it.

const {
  ArrayIsArray,
  ArrayPrototypePop,
  ArrayPrototypePush,
  ArrayPrototypeSplice,
  BigIntPrototypeValueOf,
  BooleanPrototypeValueOf,
  DatePrototypeGetTime,
  Error,
  FunctionPrototypeCall,
  MapPrototypeForEach,
  MapPrototypeGet,
  MapPrototypeGetSize,
  MapPrototypeHas,
  NumberIsNaN,
  NumberPrototypeValueOf,
  ObjectGetOwnPropertySymbols,
  ObjectGetPrototypeOf,
  ObjectHasOwn,
  ObjectIs,
  ObjectKeys,
  ObjectPrototype,
  ObjectPrototypePropertyIsEnumerable,
  ObjectPrototypeToString,
  SetPrototypeForEach,
  SetPrototypeGetSize,
  SetPrototypeHas,
  StringPrototypeValueOf,
  SymbolPrototypeValueOf,
  SymbolToStringTag,
  TypedArrayPrototypeGetLength,
  TypedArrayPrototypeGetSymbolToStringTag,
  Uint8Array,
} = primordials;

const { getOwnNonIndexProperties, getRegExpText } = internalBinding('util');
const {
  kArrayBuffer,
  kBoxed,
  kDataView,
  kDate,
  kMap,
  kNativeError,
  kOther,
  kPromise,
  kRegExp,
  kSet,
  kSharedArrayBuffer,
  kTypedArray,
  kWeakMap,
  kWeakSet,
  kindOf,
} = require('internal/util/kinds');
const { readers } = require('internal/util/private_state');
const types = require('internal/util/types');

function enumerableSymbols(object) {
  const all = ObjectGetOwnPropertySymbols(object);
  if (all.length === 0)
    return all;
  const some = [];
  for (let i = 0; i < all.length; ++i)
    if (ObjectPrototypePropertyIsEnumerable(object, all[i]))
      ArrayPrototypePush(some, all[i]);
  return some;
}

function unboxed(value) {
  if (types.isNumberObject(value))
    return NumberPrototypeValueOf(value);
  if (types.isStringObject(value))
    return StringPrototypeValueOf(value);
  if (types.isBooleanObject(value))
    return BooleanPrototypeValueOf(value);
  if (types.isBigIntObject(value))
    return BigIntPrototypeValueOf(value);
  return SymbolPrototypeValueOf(value);
}

function sameBytes(a, b) {
  const x = new Uint8Array(a.buffer ?? a, a.byteOffset ?? 0, a.byteLength);
  const y = new Uint8Array(b.buffer ?? b, b.byteOffset ?? 0, b.byteLength);
  const length = TypedArrayPrototypeGetLength(x);
  if (length !== TypedArrayPrototypeGetLength(y))
    return false;
  for (let i = 0; i < length; ++i)
    if (x[i] !== y[i])
      return false;
  return true;
}

function sameElements(a, b) {
  const length = TypedArrayPrototypeGetLength(a);
  if (length !== TypedArrayPrototypeGetLength(b))
    return false;
  for (let i = 0; i < length; ++i)
    if (a[i] !== b[i] && !(NumberIsNaN(a[i]) && NumberIsNaN(b[i])))
      return false;
  return true;
}

function isErrorByClass(object) {
  try {
    return object instanceof Error;
  } catch {
    return false;
  }
}

// As `Object.prototype.toString` names them.
function sameTag(a, b) {
  return a[SymbolToStringTag] === b[SymbolToStringTag] ||
         ObjectPrototypeToString(a) === ObjectPrototypeToString(b);
}

// One comparison: `strict`, `skipPrototype`, and the pairs of objects that are being compared, by which
// circles end.
class comparison {
  constructor(strict, skipPrototype = false) {
    this.strict = strict;
    this.skipPrototype = skipPrototype;
    this.left = [];
    this.right = [];
  }

  equal(a, b) {
    if (a === b)
      return a !== 0 || !this.strict || ObjectIs(a, b);
    const { strict } = this;
    if (strict) {
      if (typeof a !== 'object')
        return typeof a === 'number' && NumberIsNaN(a) && NumberIsNaN(b);
      if (typeof b !== 'object' || a === null || b === null)
        return false;
      if (!this.skipPrototype && ObjectGetPrototypeOf(a) !== ObjectGetPrototypeOf(b))
        return false;
    } else {
      if (a === null || typeof a !== 'object')
        return (b === null || typeof b !== 'object') &&
               (a == b || (NumberIsNaN(a) && NumberIsNaN(b))); // eslint-disable-line eqeqeq
      if (b === null || typeof b !== 'object')
        return false;
    }
    return sameTag(a, b) && this.sameKind(a, b);
  }

  sameKind(a, b) {
    const { strict } = this;
    if (ArrayIsArray(a)) {
      if (!ArrayIsArray(b) || a.length !== b.length)
        return false;
      const x = getOwnNonIndexProperties(a, true);
      const y = getOwnNonIndexProperties(b, true);
      return x.length === y.length && this.sameContents(a, b, this.sameArray, x, y);
    }
    const kind = kindOf(a);
    if (kind !== kindOf(b))
      return false;
    if (kind === kDate) {
      const x = DatePrototypeGetTime(a);
      const y = DatePrototypeGetTime(b);
      if (x !== y && !(NumberIsNaN(x) && NumberIsNaN(y)))
        return false;
    } else if (kind === kRegExp) {
      if (getRegExpText(a) !== getRegExpText(b) || a.lastIndex !== b.lastIndex)
        return false;
    } else if (kind === kNativeError || (kind === kOther && isErrorByClass(a))) {
      // What is not enumerable counts too.
      if ((kind === kOther && !isErrorByClass(b)) || a.message !== b.message || a.name !== b.name ||
          !this.sameHidden(a, b, 'cause') || !this.sameHidden(a, b, 'errors'))
        return false;
    } else if (kind === kTypedArray || kind === kDataView) {
      const tag = TypedArrayPrototypeGetSymbolToStringTag(a);
      if (tag !== TypedArrayPrototypeGetSymbolToStringTag(b))
        return false;
      const isFloat = tag === 'Float64Array' || tag === 'Float32Array' || tag === 'Float16Array';
      if (!(isFloat && !strict ? sameElements(a, b) : sameBytes(a, b)))
        return false;
      const x = tag === undefined ? ObjectKeys(a) : getOwnNonIndexProperties(a, true);
      const y = tag === undefined ? ObjectKeys(b) : getOwnNonIndexProperties(b, true);
      return x.length === y.length && this.sameContents(a, b, undefined, x, y);
    } else if (kind === kSet) {
      return SetPrototypeGetSize(a) === SetPrototypeGetSize(b) &&
             this.sameProperties(a, b, this.sameSet);
    } else if (kind === kMap) {
      return MapPrototypeGetSize(a) === MapPrototypeGetSize(b) &&
             this.sameProperties(a, b, this.sameMap);
    } else if (kind === kArrayBuffer || kind === kSharedArrayBuffer) {
      if (!sameBytes(a, b))
        return false;
    } else if (kind === kBoxed) {
      if (!ObjectIs(unboxed(a), unboxed(b)))
        return false;
    } else if (kind === kWeakMap || kind === kWeakSet || kind === kPromise) {
      return false; // nothing of them can be compared
    } else if (kind === kOther &&
               (ArrayIsArray(b) || isErrorByClass(b) || !this.samePrivate(a, b))) {
      return false;
    }
    return this.sameProperties(a, b, undefined);
  }

  samePrivate(a, b) {
    const prototype = ObjectGetPrototypeOf(a);
    if (prototype === ObjectPrototype || prototype === null)
      return true;
    for (let i = 0; i < readers.length; ++i) {
      const { read, alsoLoose } = readers[i];
      if (!this.strict && !alsoLoose)
        continue;
      const x = read(a);
      const y = read(b);
      if (x === undefined && y === undefined)
        continue;
      if (x === undefined || y === undefined)
        return false;
      for (let k = 0; k < x.length; ++k)
        if (!this.equal(x[k], y[k]))
          return false;
    }
    return true;
  }

  sameHidden(a, b, key) {
    if (ObjectHasOwn(a, key) !== ObjectHasOwn(b, key))
      return false;
    return !ObjectHasOwn(a, key) || this.equal(a[key], b[key]);
  }

  sameProperties(a, b, contents) {
    const keys = ObjectKeys(a);
    const others = ObjectKeys(b);
    return keys.length === others.length && this.sameContents(a, b, contents, keys, others);
  }

  // `keys` of `a`, as many `others` of `b`: mostly the same in the same order.
  sameContents(a, b, contents, keys, others) {
    for (let i = 0; i < keys.length; ++i)
      if (keys[i] !== others[i] && !ObjectPrototypePropertyIsEnumerable(b, keys[i]))
        return false;
    let symbols = [];
    if (this.strict) {
      symbols = enumerableSymbols(a);
      if (symbols.length !== enumerableSymbols(b).length)
        return false;
      for (let i = 0; i < symbols.length; ++i)
        if (!ObjectPrototypePropertyIsEnumerable(b, symbols[i]))
          return false;
    }
    // In a circle, what is being compared already is taken as equal to its counterpart.
    for (let i = 0; i < this.left.length; ++i)
      if (this.left[i] === a || this.right[i] === b)
        return this.left[i] === a && this.right[i] === b;
    ArrayPrototypePush(this.left, a);
    ArrayPrototypePush(this.right, b);
    let same = contents === undefined || FunctionPrototypeCall(contents, this, a, b);
    for (let i = 0; same && i < keys.length; ++i)
      same = this.equal(a[keys[i]], b[keys[i]]);
    for (let i = 0; same && i < symbols.length; ++i)
      same = this.equal(a[symbols[i]], b[symbols[i]]);
    ArrayPrototypePop(this.left);
    ArrayPrototypePop(this.right);
    return same;
  }

  sameArray(a, b) {
    for (let i = 0; i < a.length; ++i) {
      const has = ObjectHasOwn(a, i);
      if (has !== ObjectHasOwn(b, i))
        return false;
      if (!has)
        return this.sameSparse(a, b, i); // a hole, perhaps a long one
      if (!this.equal(a[i], b[i]))
        return false;
    }
    return true;
  }

  sameSparse(a, b, from) {
    const x = ObjectKeys(a);
    if (x.length !== ObjectKeys(b).length)
      return false;
    for (let i = from; i < x.length; ++i)
      if (!ObjectHasOwn(b, x[i]) || !this.equal(a[x[i]], b[x[i]]))
        return false;
    return true;
  }

  // Takes an item out of `list` that equals `item`.
  take(list, item) {
    for (let i = 0; i < list.length; ++i) {
      if (this.equal(item, list[i])) {
        ArrayPrototypeSplice(list, i, 1);
        return true;
      }
    }
    return false;
  }

  sameSet(a, b) {
    const odd = [];
    SetPrototypeForEach(a, (item) => {
      if (!SetPrototypeHas(b, item))
        ArrayPrototypePush(odd, item);
    });
    if (odd.length === 0)
      return true;
    const rest = [];
    SetPrototypeForEach(b, (item) => {
      if (!SetPrototypeHas(a, item))
        ArrayPrototypePush(rest, item);
    });
    for (let i = 0; i < odd.length; ++i) {
      if ((this.strict && (odd[i] === null || typeof odd[i] !== 'object')) ||
          !this.take(rest, odd[i]))
        return false;
    }
    return true;
  }

  sameMap(a, b) {
    const odd = [];
    let same = true;
    MapPrototypeForEach(a, (item, key) => {
      if (!same)
        return;
      if (MapPrototypeHas(b, key) &&
          ((key !== null && typeof key === 'object') || this.strict ||
           this.equal(item, MapPrototypeGet(b, key))))
        same = this.equal(item, MapPrototypeGet(b, key));
      else
        ArrayPrototypePush(odd, { key, item });
    });
    if (!same || odd.length === 0)
      return same;
    const rest = [];
    MapPrototypeForEach(b, (item, key) => {
      if (!MapPrototypeHas(a, key) || !this.strict)
        ArrayPrototypePush(rest, { key, item });
    });
    for (let i = 0; i < odd.length; ++i) {
      let found = false;
      if (this.strict && (odd[i].key === null || typeof odd[i].key !== 'object'))
        return false;
      for (let k = 0; k < rest.length && !found; ++k) {
        if (this.equal(odd[i].key, rest[k].key) && this.equal(odd[i].item, rest[k].item)) {
          ArrayPrototypeSplice(rest, k, 1);
          found = true;
        }
      }
      if (!found)
        return false;
    }
    return true;
  }
}

function isDeepEqual(a, b) {
  return new comparison(false).equal(a, b);
}

function isDeepStrictEqual(a, b) {
  return new comparison(true).equal(a, b);
}

// As `isDeepStrictEqual`, but for prototypes.
function isDeepStrictEqualOfAny(a, b) {
  return new comparison(true, true).equal(a, b);
}

module.exports = {
  comparison, isDeepEqual, isDeepStrictEqual, isDeepStrictEqualOfAny, sameTag,
};

'use strict';

// What an object is inside, in one call. The numbers are those of builtin_util_binding.cpp.

const { kindOf } = internalBinding('util');

module.exports = {
  kindOf,
  kOther: 0, // also functions and proxies
  kArray: 1,
  kArguments: 2,
  kRegExp: 3,
  kDate: 4,
  kNativeError: 5,
  kArrayBuffer: 6,
  kSharedArrayBuffer: 7,
  kDataView: 8,
  kTypedArray: 9,
  kPromise: 10,
  kSet: 11,
  kMap: 12,
  kSetIterator: 13,
  kMapIterator: 14,
  kWeakSet: 15,
  kWeakMap: 16,
  kNamespace: 17,
  kExternal: 18,
  kBoxed: 19, // number, string, boolean, bigint, symbol
};

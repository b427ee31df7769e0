'use strict';

// The intrinsics as they were before any script ran. Methods are functions that take
// their `this` as the first argument: `ArrayPrototypePush(list, item)`. Built-ins use
// these and nothing that a script can replace; in particular they iterate by index, and
// call no method that looks another one up (`for ... of`, spreading, patterns in `[]`,
// `String.prototype.replace` with a regular expression).
//
// Made in every realm that has built-ins, so all of it is cheap.

const { bind: bindMethod, call } = Function.prototype;
const bind = call.bind(bindMethod);
const uncurryThis = bindMethod.bind(call);
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const getter = (object, key) => uncurryThis(getOwnPropertyDescriptor(object, key).get);

const TypedArray = getPrototypeOf(Uint8Array);
const ArrayIteratorPrototype = getPrototypeOf([][Symbol.iterator]());
const IteratorPrototype = getPrototypeOf(ArrayIteratorPrototype);
const MapIteratorPrototype = getPrototypeOf(new Map()[Symbol.iterator]());
const SetIteratorPrototype = getPrototypeOf(new Set()[Symbol.iterator]());
const StringIteratorPrototype = getPrototypeOf(''[Symbol.iterator]());
const AsyncFunction = getPrototypeOf(async () => {}).constructor;
const GeneratorFunction = getPrototypeOf(function* () {}).constructor;
const AsyncGeneratorFunction = getPrototypeOf(async function* () {}).constructor;
const AsyncIteratorPrototype = getPrototypeOf(getPrototypeOf(AsyncGeneratorFunction.prototype));

// Array's own methods would ask `constructor[Symbol.species]` for the array to fill.

const { max, min } = Math;
const place = (index, length) => (index < 0 ? max(length + index, 0) : min(index, length));

function arraySlice(list, start = 0, end = list.length) {
  const to = place(end, list.length);
  const made = [];
  for (let i = place(start, list.length), k = 0; i < to; ++i, ++k)
    made[k] = list[i];
  return made;
}

// Gives back nothing.
function arraySplice(list, start, count, ...items) {
  const { length } = list;
  start = place(start, length);
  count = max(min(count, length - start), 0);
  const rest = arraySlice(list, start + count);
  let at = start;
  for (let i = 0; i < items.length; ++i)
    list[at++] = items[i];
  for (let i = 0; i < rest.length; ++i)
    list[at++] = rest[i];
  list.length = at;
}

function arrayMap(list, make) {
  const made = [];
  for (let i = 0; i < list.length; ++i)
    made[i] = make(list[i], i, list);
  return made;
}

function arrayFilter(list, wanted) {
  const made = [];
  for (let i = 0, k = 0; i < list.length; ++i)
    if (wanted(list[i], i, list))
      made[k++] = list[i];
  return made;
}

exports.primordials = {
  __proto__: null,

  // -- constructors and namespaces --
  AggregateError,
  Array,
  ArrayBuffer,
  BigInt,
  BigInt64Array,
  BigUint64Array,
  Boolean,
  DataView,
  Date,
  Error,
  EvalError,
  FinalizationRegistry,
  Float32Array,
  Float64Array,
  Function,
  Int8Array,
  Int16Array,
  Int32Array,
  Map,
  Number,
  Object,
  Promise,
  Proxy,
  RangeError,
  ReferenceError,
  RegExp,
  Set,
  SharedArrayBuffer,
  String,
  Symbol,
  SyntaxError,
  TypeError,
  URIError,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  WeakMap,
  WeakRef,
  WeakSet,
  Atomics,
  JSON,
  Math,
  Reflect,
  globalThis,
  ArrayPrototype: Array.prototype,
  ArrayBufferPrototype: ArrayBuffer.prototype,
  BooleanPrototype: Boolean.prototype,
  DataViewPrototype: DataView.prototype,
  DatePrototype: Date.prototype,
  ErrorPrototype: Error.prototype,
  FunctionPrototype: Function.prototype,
  MapPrototype: Map.prototype,
  NumberPrototype: Number.prototype,
  ObjectPrototype: Object.prototype,
  PromisePrototype: Promise.prototype,
  RegExpPrototype: RegExp.prototype,
  SetPrototype: Set.prototype,
  SharedArrayBufferPrototype: SharedArrayBuffer.prototype,
  StringPrototype: String.prototype,
  SymbolPrototype: Symbol.prototype,
  Uint8ArrayPrototype: Uint8Array.prototype,
  WeakMapPrototype: WeakMap.prototype,
  WeakSetPrototype: WeakSet.prototype,
  BigIntPrototype: BigInt.prototype,
  AggregateErrorPrototype: AggregateError.prototype,
  EvalErrorPrototype: EvalError.prototype,
  RangeErrorPrototype: RangeError.prototype,
  ReferenceErrorPrototype: ReferenceError.prototype,
  SyntaxErrorPrototype: SyntaxError.prototype,
  TypeErrorPrototype: TypeError.prototype,
  URIErrorPrototype: URIError.prototype,
  TypedArray,
  TypedArrayPrototype: TypedArray.prototype,
  IteratorPrototype,
  AsyncIteratorPrototype,
  ArrayIteratorPrototype,
  MapIteratorPrototype,
  SetIteratorPrototype,
  StringIteratorPrototype,
  AsyncFunction,
  GeneratorFunction,
  AsyncGeneratorFunction,

  // -- functions of the global object --
  decodeURI,
  decodeURIComponent,
  encodeURI,
  encodeURIComponent,

  // -- Array --
  ArrayFrom: Array.from,
  ArrayIsArray: Array.isArray,
  ArrayOf: Array.of,
  ArrayPrototypeAt: uncurryThis(Array.prototype.at),
  ArrayPrototypeCopyWithin: uncurryThis(Array.prototype.copyWithin),
  ArrayPrototypeEntries: uncurryThis(Array.prototype.entries),
  ArrayPrototypeEvery: uncurryThis(Array.prototype.every),
  ArrayPrototypeFill: uncurryThis(Array.prototype.fill),
  ArrayPrototypeFilter: arrayFilter,
  ArrayPrototypeFind: uncurryThis(Array.prototype.find),
  ArrayPrototypeFindIndex: uncurryThis(Array.prototype.findIndex),
  ArrayPrototypeFindLastIndex: uncurryThis(Array.prototype.findLastIndex),
  ArrayPrototypeForEach: uncurryThis(Array.prototype.forEach),
  ArrayPrototypeIncludes: uncurryThis(Array.prototype.includes),
  ArrayPrototypeIndexOf: uncurryThis(Array.prototype.indexOf),
  ArrayPrototypeJoin: uncurryThis(Array.prototype.join),
  ArrayPrototypeKeys: uncurryThis(Array.prototype.keys),
  ArrayPrototypeLastIndexOf: uncurryThis(Array.prototype.lastIndexOf),
  ArrayPrototypeMap: arrayMap,
  ArrayPrototypePop: uncurryThis(Array.prototype.pop),
  ArrayPrototypePush: uncurryThis(Array.prototype.push),
  ArrayPrototypeReduce: uncurryThis(Array.prototype.reduce),
  ArrayPrototypeReverse: uncurryThis(Array.prototype.reverse),
  ArrayPrototypeShift: uncurryThis(Array.prototype.shift),
  ArrayPrototypeSlice: arraySlice,
  ArrayPrototypeSome: uncurryThis(Array.prototype.some),
  ArrayPrototypeSort: uncurryThis(Array.prototype.sort),
  ArrayPrototypeSplice: arraySplice,
  ArrayPrototypeToSorted: uncurryThis(Array.prototype.toSorted),
  ArrayPrototypeUnshift: uncurryThis(Array.prototype.unshift),
  ArrayPrototypeValues: uncurryThis(Array.prototype.values),
  ArrayIteratorPrototypeNext: uncurryThis(ArrayIteratorPrototype.next),

  // -- ArrayBuffer, DataView --
  ArrayBufferIsView: ArrayBuffer.isView,
  ArrayBufferPrototypeSlice: uncurryThis(ArrayBuffer.prototype.slice),
  ArrayBufferPrototypeTransfer: uncurryThis(ArrayBuffer.prototype.transfer),
  ArrayBufferPrototypeGetByteLength: getter(ArrayBuffer.prototype, 'byteLength'),
  ArrayBufferPrototypeGetDetached: getter(ArrayBuffer.prototype, 'detached'),
  ArrayBufferPrototypeGetMaxByteLength: getter(ArrayBuffer.prototype, 'maxByteLength'),
  ArrayBufferPrototypeGetResizable: getter(ArrayBuffer.prototype, 'resizable'),
  SharedArrayBufferPrototypeGetByteLength: getter(SharedArrayBuffer.prototype, 'byteLength'),
  SharedArrayBufferPrototypeGetGrowable: getter(SharedArrayBuffer.prototype, 'growable'),
  SharedArrayBufferPrototypeGetMaxByteLength: getter(SharedArrayBuffer.prototype, 'maxByteLength'),
  SharedArrayBufferPrototypeSlice: uncurryThis(SharedArrayBuffer.prototype.slice),
  DataViewPrototypeGetBuffer: getter(DataView.prototype, 'buffer'),
  DataViewPrototypeGetByteLength: getter(DataView.prototype, 'byteLength'),
  DataViewPrototypeGetByteOffset: getter(DataView.prototype, 'byteOffset'),
  DataViewPrototypeGetBigInt64: uncurryThis(DataView.prototype.getBigInt64),
  DataViewPrototypeGetBigUint64: uncurryThis(DataView.prototype.getBigUint64),
  DataViewPrototypeGetFloat32: uncurryThis(DataView.prototype.getFloat32),
  DataViewPrototypeGetFloat64: uncurryThis(DataView.prototype.getFloat64),
  DataViewPrototypeSetBigInt64: uncurryThis(DataView.prototype.setBigInt64),
  DataViewPrototypeSetBigUint64: uncurryThis(DataView.prototype.setBigUint64),
  DataViewPrototypeSetFloat32: uncurryThis(DataView.prototype.setFloat32),
  DataViewPrototypeSetFloat64: uncurryThis(DataView.prototype.setFloat64),

  // -- TypedArray --
  TypedArrayPrototypeCopyWithin: uncurryThis(TypedArray.prototype.copyWithin),
  TypedArrayPrototypeEntries: uncurryThis(TypedArray.prototype.entries),
  TypedArrayPrototypeFill: uncurryThis(TypedArray.prototype.fill),
  TypedArrayPrototypeForEach: uncurryThis(TypedArray.prototype.forEach),
  TypedArrayPrototypeIncludes: uncurryThis(TypedArray.prototype.includes),
  TypedArrayPrototypeIndexOf: uncurryThis(TypedArray.prototype.indexOf),
  TypedArrayPrototypeJoin: uncurryThis(TypedArray.prototype.join),
  TypedArrayPrototypeKeys: uncurryThis(TypedArray.prototype.keys),
  TypedArrayPrototypeLastIndexOf: uncurryThis(TypedArray.prototype.lastIndexOf),
  TypedArrayPrototypeSet: uncurryThis(TypedArray.prototype.set),
  TypedArrayPrototypeSlice: uncurryThis(TypedArray.prototype.slice),
  TypedArrayPrototypeSubarray: uncurryThis(TypedArray.prototype.subarray),
  TypedArrayPrototypeValues: uncurryThis(TypedArray.prototype.values),
  TypedArrayPrototypeReverse: uncurryThis(TypedArray.prototype.reverse),
  TypedArrayPrototypeGetBuffer: getter(TypedArray.prototype, 'buffer'),
  TypedArrayPrototypeGetByteLength: getter(TypedArray.prototype, 'byteLength'),
  TypedArrayPrototypeGetByteOffset: getter(TypedArray.prototype, 'byteOffset'),
  TypedArrayPrototypeGetLength: getter(TypedArray.prototype, 'length'),
  TypedArrayPrototypeGetSymbolToStringTag: getter(TypedArray.prototype, Symbol.toStringTag),

  // -- BigInt, Boolean, Number, Math --
  BigIntAsIntN: BigInt.asIntN,
  BigIntAsUintN: BigInt.asUintN,
  BigIntPrototypeToString: uncurryThis(BigInt.prototype.toString),
  BigIntPrototypeValueOf: uncurryThis(BigInt.prototype.valueOf),
  BooleanPrototypeToString: uncurryThis(Boolean.prototype.toString),
  BooleanPrototypeValueOf: uncurryThis(Boolean.prototype.valueOf),
  NumberEPSILON: Number.EPSILON,
  NumberMAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER,
  NumberMIN_SAFE_INTEGER: Number.MIN_SAFE_INTEGER,
  NumberIsFinite: Number.isFinite,
  NumberIsInteger: Number.isInteger,
  NumberIsNaN: Number.isNaN,
  NumberIsSafeInteger: Number.isSafeInteger,
  NumberParseFloat: Number.parseFloat,
  NumberParseInt: Number.parseInt,
  NumberPrototypeToFixed: uncurryThis(Number.prototype.toFixed),
  NumberPrototypeToString: uncurryThis(Number.prototype.toString),
  NumberPrototypeValueOf: uncurryThis(Number.prototype.valueOf),
  MathAbs: Math.abs,
  MathCeil: Math.ceil,
  MathFloor: Math.floor,
  MathLog10: Math.log10,
  MathLog2: Math.log2,
  MathMax: Math.max,
  MathMin: Math.min,
  MathPow: Math.pow,
  MathRandom: Math.random,
  MathRound: Math.round,
  MathSqrt: Math.sqrt,
  MathTrunc: Math.trunc,

  // -- Date --
  DateNow: Date.now,
  DateParse: Date.parse,
  DateUTC: Date.UTC,
  DatePrototypeGetDate: uncurryThis(Date.prototype.getDate),
  DatePrototypeGetDay: uncurryThis(Date.prototype.getDay),
  DatePrototypeGetFullYear: uncurryThis(Date.prototype.getFullYear),
  DatePrototypeGetHours: uncurryThis(Date.prototype.getHours),
  DatePrototypeGetMilliseconds: uncurryThis(Date.prototype.getMilliseconds),
  DatePrototypeGetMinutes: uncurryThis(Date.prototype.getMinutes),
  DatePrototypeGetMonth: uncurryThis(Date.prototype.getMonth),
  DatePrototypeGetSeconds: uncurryThis(Date.prototype.getSeconds),
  DatePrototypeGetTime: uncurryThis(Date.prototype.getTime),
  DatePrototypeGetTimezoneOffset: uncurryThis(Date.prototype.getTimezoneOffset),
  DatePrototypeToISOString: uncurryThis(Date.prototype.toISOString),
  DatePrototypeToString: uncurryThis(Date.prototype.toString),
  DatePrototypeValueOf: uncurryThis(Date.prototype.valueOf),

  // -- Error --
  ErrorCaptureStackTrace: Error.captureStackTrace,
  ErrorPrototypeToString: uncurryThis(Error.prototype.toString),

  // -- Function --
  FunctionPrototypeApply: uncurryThis(Function.prototype.apply),
  FunctionPrototypeBind: uncurryThis(Function.prototype.bind),
  FunctionPrototypeCall: uncurryThis(Function.prototype.call),
  FunctionPrototypeToString: uncurryThis(Function.prototype.toString),
  FunctionPrototypeSymbolHasInstance: uncurryThis(Function.prototype[Symbol.hasInstance]),

  // -- JSON --
  JSONParse: JSON.parse,
  JSONStringify: JSON.stringify,

  // -- Map, Set, WeakMap, WeakSet, WeakRef --
  MapPrototypeClear: uncurryThis(Map.prototype.clear),
  MapPrototypeDelete: uncurryThis(Map.prototype.delete),
  MapPrototypeEntries: uncurryThis(Map.prototype.entries),
  MapPrototypeForEach: uncurryThis(Map.prototype.forEach),
  MapPrototypeGet: uncurryThis(Map.prototype.get),
  MapPrototypeHas: uncurryThis(Map.prototype.has),
  MapPrototypeKeys: uncurryThis(Map.prototype.keys),
  MapPrototypeSet: uncurryThis(Map.prototype.set),
  MapPrototypeValues: uncurryThis(Map.prototype.values),
  MapPrototypeGetSize: getter(Map.prototype, 'size'),
  MapIteratorPrototypeNext: uncurryThis(MapIteratorPrototype.next),
  SetPrototypeAdd: uncurryThis(Set.prototype.add),
  SetPrototypeClear: uncurryThis(Set.prototype.clear),
  SetPrototypeDelete: uncurryThis(Set.prototype.delete),
  SetPrototypeEntries: uncurryThis(Set.prototype.entries),
  SetPrototypeForEach: uncurryThis(Set.prototype.forEach),
  SetPrototypeHas: uncurryThis(Set.prototype.has),
  SetPrototypeValues: uncurryThis(Set.prototype.values),
  SetPrototypeGetSize: getter(Set.prototype, 'size'),
  SetIteratorPrototypeNext: uncurryThis(SetIteratorPrototype.next),
  WeakMapPrototypeDelete: uncurryThis(WeakMap.prototype.delete),
  WeakMapPrototypeGet: uncurryThis(WeakMap.prototype.get),
  WeakMapPrototypeHas: uncurryThis(WeakMap.prototype.has),
  WeakMapPrototypeSet: uncurryThis(WeakMap.prototype.set),
  WeakSetPrototypeAdd: uncurryThis(WeakSet.prototype.add),
  WeakSetPrototypeDelete: uncurryThis(WeakSet.prototype.delete),
  WeakSetPrototypeHas: uncurryThis(WeakSet.prototype.has),
  WeakRefPrototypeDeref: uncurryThis(WeakRef.prototype.deref),
  FinalizationRegistryPrototypeRegister: uncurryThis(FinalizationRegistry.prototype.register),
  FinalizationRegistryPrototypeUnregister: uncurryThis(FinalizationRegistry.prototype.unregister),

  // -- Object --
  ObjectAssign: Object.assign,
  ObjectCreate: Object.create,
  ObjectDefineProperties: Object.defineProperties,
  ObjectDefineProperty: Object.defineProperty,
  ObjectEntries: Object.entries,
  ObjectFreeze: Object.freeze,
  ObjectFromEntries: Object.fromEntries,
  ObjectGetOwnPropertyDescriptor: Object.getOwnPropertyDescriptor,
  ObjectGetOwnPropertyDescriptors: Object.getOwnPropertyDescriptors,
  ObjectGetOwnPropertyNames: Object.getOwnPropertyNames,
  ObjectGetOwnPropertySymbols: Object.getOwnPropertySymbols,
  ObjectGetPrototypeOf: Object.getPrototypeOf,
  ObjectHasOwn: Object.hasOwn,
  ObjectIs: Object.is,
  ObjectIsExtensible: Object.isExtensible,
  ObjectIsFrozen: Object.isFrozen,
  ObjectIsSealed: Object.isSealed,
  ObjectKeys: Object.keys,
  ObjectPreventExtensions: Object.preventExtensions,
  ObjectSeal: Object.seal,
  ObjectSetPrototypeOf: Object.setPrototypeOf,
  ObjectValues: Object.values,
  ObjectPrototypeHasOwnProperty: uncurryThis(Object.prototype.hasOwnProperty),
  ObjectPrototypeIsPrototypeOf: uncurryThis(Object.prototype.isPrototypeOf),
  ObjectPrototypePropertyIsEnumerable: uncurryThis(Object.prototype.propertyIsEnumerable),
  ObjectPrototypeToString: uncurryThis(Object.prototype.toString),
  ObjectPrototypeValueOf: uncurryThis(Object.prototype.valueOf),

  // -- Promise --
  PromiseAll: bind(Promise.all, Promise),
  PromiseAllSettled: bind(Promise.allSettled, Promise),
  PromiseAny: bind(Promise.any, Promise),
  PromiseRace: bind(Promise.race, Promise),
  PromiseReject: bind(Promise.reject, Promise),
  PromiseResolve: bind(Promise.resolve, Promise),
  PromiseWithResolvers: bind(Promise.withResolvers, Promise),
  PromisePrototypeCatch: uncurryThis(Promise.prototype.catch),
  PromisePrototypeFinally: uncurryThis(Promise.prototype.finally),
  PromisePrototypeThen: uncurryThis(Promise.prototype.then),

  // -- Reflect --
  ReflectApply: Reflect.apply,
  ReflectConstruct: Reflect.construct,
  ReflectDefineProperty: Reflect.defineProperty,
  ReflectDeleteProperty: Reflect.deleteProperty,
  ReflectGet: Reflect.get,
  ReflectGetOwnPropertyDescriptor: Reflect.getOwnPropertyDescriptor,
  ReflectGetPrototypeOf: Reflect.getPrototypeOf,
  ReflectHas: Reflect.has,
  ReflectIsExtensible: Reflect.isExtensible,
  ReflectOwnKeys: Reflect.ownKeys,
  ReflectPreventExtensions: Reflect.preventExtensions,
  ReflectSet: Reflect.set,
  ReflectSetPrototypeOf: Reflect.setPrototypeOf,

  // -- RegExp --
  RegExpPrototypeExec: uncurryThis(RegExp.prototype.exec),
  RegExpPrototypeTest: uncurryThis(RegExp.prototype.test),
  RegExpPrototypeToString: uncurryThis(RegExp.prototype.toString),
  RegExpPrototypeGetFlags: getter(RegExp.prototype, 'flags'),
  RegExpPrototypeGetSource: getter(RegExp.prototype, 'source'),
  RegExpPrototypeGetGlobal: getter(RegExp.prototype, 'global'),
  RegExpPrototypeGetSticky: getter(RegExp.prototype, 'sticky'),

  // -- String --
  StringFromCharCode: String.fromCharCode,
  StringFromCodePoint: String.fromCodePoint,
  StringRaw: String.raw,
  StringPrototypeAt: uncurryThis(String.prototype.at),
  StringPrototypeCharAt: uncurryThis(String.prototype.charAt),
  StringPrototypeCharCodeAt: uncurryThis(String.prototype.charCodeAt),
  StringPrototypeCodePointAt: uncurryThis(String.prototype.codePointAt),
  StringPrototypeConcat: uncurryThis(String.prototype.concat),
  StringPrototypeEndsWith: uncurryThis(String.prototype.endsWith),
  StringPrototypeIncludes: uncurryThis(String.prototype.includes),
  StringPrototypeIndexOf: uncurryThis(String.prototype.indexOf),
  StringPrototypeIsWellFormed: uncurryThis(String.prototype.isWellFormed),
  StringPrototypeLastIndexOf: uncurryThis(String.prototype.lastIndexOf),
  StringPrototypeLocaleCompare: uncurryThis(String.prototype.localeCompare),
  StringPrototypeNormalize: uncurryThis(String.prototype.normalize),
  StringPrototypePadEnd: uncurryThis(String.prototype.padEnd),
  StringPrototypePadStart: uncurryThis(String.prototype.padStart),
  StringPrototypeRepeat: uncurryThis(String.prototype.repeat),
  StringPrototypeSlice: uncurryThis(String.prototype.slice),
  StringPrototypeStartsWith: uncurryThis(String.prototype.startsWith),
  StringPrototypeSubstring: uncurryThis(String.prototype.substring),
  StringPrototypeToLowerCase: uncurryThis(String.prototype.toLowerCase),
  StringPrototypeToString: uncurryThis(String.prototype.toString),
  StringPrototypeToUpperCase: uncurryThis(String.prototype.toUpperCase),
  StringPrototypeToWellFormed: uncurryThis(String.prototype.toWellFormed),
  StringPrototypeTrim: uncurryThis(String.prototype.trim),
  StringPrototypeTrimEnd: uncurryThis(String.prototype.trimEnd),
  StringPrototypeTrimStart: uncurryThis(String.prototype.trimStart),
  StringPrototypeValueOf: uncurryThis(String.prototype.valueOf),
  // With strings only: a regular expression would be asked for its methods.
  StringPrototypeReplace: uncurryThis(String.prototype.replace),
  StringPrototypeReplaceAll: uncurryThis(String.prototype.replaceAll),
  StringPrototypeSplit: uncurryThis(String.prototype.split),
  StringPrototypeSymbolIterator: uncurryThis(String.prototype[Symbol.iterator]),
  StringIteratorPrototypeNext: uncurryThis(StringIteratorPrototype.next),

  // -- Symbol --
  SymbolFor: Symbol.for,
  SymbolKeyFor: Symbol.keyFor,
  SymbolAsyncIterator: Symbol.asyncIterator,
  SymbolDispose: Symbol.dispose, // perhaps undefined
  SymbolHasInstance: Symbol.hasInstance,
  SymbolIsConcatSpreadable: Symbol.isConcatSpreadable,
  SymbolIterator: Symbol.iterator,
  SymbolSpecies: Symbol.species,
  SymbolToPrimitive: Symbol.toPrimitive,
  SymbolToStringTag: Symbol.toStringTag,
  SymbolUnscopables: Symbol.unscopables,
  SymbolPrototypeToString: uncurryThis(Symbol.prototype.toString),
  SymbolPrototypeValueOf: uncurryThis(Symbol.prototype.valueOf),
  SymbolPrototypeGetDescription: getter(Symbol.prototype, 'description'),

  // -- calling --
  uncurryThis,
  applyBind: (fn) => bind(Reflect.apply, undefined, fn),
};

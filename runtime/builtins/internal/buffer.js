'use strict';

// Buffer (https://nodejs.org/api/buffer.html): a Uint8Array with texts and numbers.

const {
  Array,
  ArrayBufferIsView,
  ArrayIsArray,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
  FunctionPrototypeCall,
  MathFloor,
  MathMin,
  MathTrunc,
  NumberIsInteger,
  NumberIsNaN,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
  StringPrototypeCharCodeAt,
  StringPrototypeSlice,
  StringPrototypeToLowerCase,
  SymbolFor,
  SymbolToPrimitive,
  TypeError,
  TypedArrayPrototypeFill,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeGetLength,
  TypedArrayPrototypeSet,
  TypedArrayPrototypeSlice,
  Uint16Array,
  Uint8Array,
} = primordials;

const {
  codes: {
    ERR_BUFFER_OUT_OF_BOUNDS, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE,
    ERR_INVALID_BUFFER_SIZE, ERR_OUT_OF_RANGE, ERR_UNKNOWN_ENCODING,
  },
} = require('internal/errors');
const { inspect } = require('internal/util/inspect');
const { isAnyArrayBuffer, isTypedArray, isUint8Array } = require('internal/util/types');
const { validateArray, validateInteger, validateNumber, validateString } = require('internal/validators');
const binding = internalBinding('buffer');

const custom = SymbolFor('nodejs.util.inspect.custom');
const inspectMax = 50;
const kMaxLength = 2 ** 32;
const kStringMaxLength = 2 ** 29 - 24;

// -- encodings --------------------------------------------------------------------------

const UTF8 = 0;
const UTF16LE = 1;
const LATIN1 = 2;
const ASCII = 3;
const BASE64 = 4;
const BASE64URL = 5;
const HEX = 6;

const encodings = {
  __proto__: null,
  'utf8': UTF8, 'utf-8': UTF8, 'ucs2': UTF16LE, 'ucs-2': UTF16LE, 'utf16le': UTF16LE,
  'utf-16le': UTF16LE, 'latin1': LATIN1, 'binary': LATIN1, 'ascii': ASCII, 'base64': BASE64,
  'base64url': BASE64URL, 'hex': HEX,
};

// By number.
const encodingNames = ['utf8', 'utf16le', 'latin1', 'ascii', 'base64', 'base64url', 'hex'];

// undefined: there is no such encoding.
function numberOf(encoding) {
  return encodings[encoding] ?? encodings[StringPrototypeToLowerCase(`${encoding}`)];
}

function encodingOf(encoding) {
  if (encoding === undefined || encoding === null || encoding === '')
    return UTF8;
  const number = numberOf(encoding);
  if (number === undefined)
    throw new ERR_UNKNOWN_ENCODING(encoding);
  return number;
}

// -- making -----------------------------------------------------------------------------

class FastBuffer extends Uint8Array {
  // Several arguments at most, and no iteration.
  constructor(bufferOrLength, byteOffset, length) {
    super(bufferOrLength, byteOffset, length);
  }
}

function Buffer(arg, encodingOrOffset, length) {
  if (typeof arg === 'number') {
    if (typeof encodingOrOffset === 'string')
      throw new ERR_INVALID_ARG_TYPE('string', 'string', arg);
    return Buffer.alloc(arg);
  }
  return Buffer.from(arg, encodingOrOffset, length);
}
ObjectDefineProperty(Buffer, primordials.SymbolSpecies, {
  __proto__: null,
  configurable: true,
  get() {
    return FastBuffer;
  },
});
FastBuffer.prototype.constructor = Buffer;
Buffer.prototype = FastBuffer.prototype;
ObjectSetPrototypeOf(Buffer, Uint8Array);

const lengthOf = (bytes) => TypedArrayPrototypeGetLength(bytes);

function checkSize(size) {
  validateNumber(size, 'size', 0, kMaxLength);
}

// V8 keeps typed arrays of so many bytes in its own heap.
const smallMax = 64;

// As in Node, what is no string names no encoding: `texts.map(Buffer.from)`.
function fromString(text, encoding) {
  return bytesOf(text, typeof encoding === 'string' ? encodingOf(encoding) : UTF8);
}

function bytesOf(text, number) {
  if (text.length <= smallMax && number <= ASCII && number !== UTF16LE) {
    const made = fromSmallText(text, number === UTF8 ? 0x7f : 0xff);
    if (made !== undefined)
      return made;
  }
  return new FastBuffer(binding.fromString(text, number));
}

// undefined: a character beyond `most`.
function fromSmallText(text, most) {
  const { length } = text;
  const made = new FastBuffer(length);
  for (let i = 0; i < length; ++i) {
    const code = StringPrototypeCharCodeAt(text, i);
    if (code > most)
      return undefined;
    made[i] = code;
  }
  return made;
}

function fromArrayLike(list) {
  const length = list.length > 0 ? MathTrunc(list.length) : 0;
  const made = new FastBuffer(length);
  for (let i = 0; i < length; ++i)
    made[i] = list[i];
  return made;
}

function fromArrayBuffer(buffer, byteOffset, length) {
  byteOffset = byteOffset === undefined ? 0 : +byteOffset;
  if (NumberIsNaN(byteOffset))
    byteOffset = 0;
  const most = buffer.byteLength - byteOffset;
  if (most < 0)
    throw new ERR_BUFFER_OUT_OF_BOUNDS('offset');
  if (length === undefined) {
    length = most;
  } else {
    length = +length;
    if (!(length > 0))
      length = 0;
    else if (length > most)
      throw new ERR_BUFFER_OUT_OF_BOUNDS('length');
  }
  return new FastBuffer(buffer, byteOffset, length);
}

function fromObject(object) {
  if (object.length !== undefined || isAnyArrayBuffer(object.buffer)) {
    if (typeof object.length !== 'number' || NumberIsNaN(object.length))
      return new FastBuffer(0);
    return fromArrayLike(object);
  }
  if (object.type === 'Buffer' && ArrayIsArray(object.data))
    return fromArrayLike(object.data);
  return undefined;
}

Buffer.from = function from(value, encodingOrOffset, length) {
  if (typeof value === 'string')
    return fromString(value, encodingOrOffset);
  if (typeof value === 'object' && value !== null) {
    if (isAnyArrayBuffer(value))
      return fromArrayBuffer(value, encodingOrOffset, length);
    const inner = value.valueOf && value.valueOf();
    if (inner !== null && inner !== undefined && inner !== value &&
        (typeof inner === 'string' || typeof inner === 'object'))
      return from(inner, encodingOrOffset, length);
    const made = fromObject(value);
    if (made !== undefined)
      return made;
    if (typeof value[SymbolToPrimitive] === 'function') {
      const primitive = value[SymbolToPrimitive]('string');
      if (typeof primitive === 'string')
        return fromString(primitive, encodingOrOffset);
    }
  }
  throw new ERR_INVALID_ARG_TYPE(
    'first argument', ['string', 'Buffer', 'ArrayBuffer', 'Array', 'Array-like Object'], value);
};

Buffer.copyBytesFrom = function copyBytesFrom(view, offset, length) {
  if (!isTypedArray(view))
    throw new ERR_INVALID_ARG_TYPE('view', ['TypedArray'], view);
  const count = lengthOf(view);
  let start = 0;
  let end = count;
  if (offset !== undefined) {
    validateInteger(offset, 'offset', 0);
    start = MathMin(offset, count);
  }
  if (length !== undefined) {
    validateInteger(length, 'length', 0);
    end = MathMin(start + length, count);
  }
  const part = TypedArrayPrototypeSlice(view, start, end);
  return new FastBuffer(TypedArrayPrototypeGetBuffer(part), TypedArrayPrototypeGetByteOffset(part),
                        TypedArrayPrototypeGetByteLength(part));
};

Buffer.of = function of(...items) {
  return fromArrayLike(items);
};

Buffer.alloc = function alloc(size, fill, encoding) {
  checkSize(size);
  const made = new FastBuffer(size);
  if (fill !== undefined && fill !== 0 && size > 0)
    fillWith(made, fill, 0, size, encoding);
  return made;
};

// Memory is always zeroed here: what somebody else left in it is nobody's business.
Buffer.allocUnsafe = function allocUnsafe(size) {
  checkSize(size);
  return new FastBuffer(size);
};

Buffer.allocUnsafeSlow = function allocUnsafeSlow(size) {
  checkSize(size);
  return new FastBuffer(size);
};

Buffer.isBuffer = function isBuffer(value) {
  return value instanceof Buffer;
};

Buffer.isEncoding = function isEncoding(encoding) {
  return typeof encoding === 'string' && encoding.length !== 0 && numberOf(encoding) !== undefined;
};

Buffer.byteLength = function byteLength(string, encoding) {
  if (typeof string !== 'string') {
    if (ArrayBufferIsView(string) || isAnyArrayBuffer(string))
      return string.byteLength;
    throw new ERR_INVALID_ARG_TYPE('string', ['string', 'Buffer', 'ArrayBuffer'], string);
  }
  const { length } = string;
  switch (numberOf(encoding) ?? UTF8) {
    case UTF16LE:
      return length * 2;
    case LATIN1:
    case ASCII:
      return length;
    case HEX:
      return length >>> 1;
    case BASE64:
    case BASE64URL: {
      let digits = length;
      if (digits > 0 && string[digits - 1] === '=')
        --digits;
      if (digits > 1 && string[digits - 1] === '=')
        --digits;
      return (digits * 3) >>> 2;
    }
  }
  return binding.utf8Length(string);
};

Buffer.compare = function compare(a, b) {
  if (!isUint8Array(a))
    throw new ERR_INVALID_ARG_TYPE('buf1', ['Buffer', 'Uint8Array'], a);
  if (!isUint8Array(b))
    throw new ERR_INVALID_ARG_TYPE('buf2', ['Buffer', 'Uint8Array'], b);
  return a === b ? 0 : binding.compare(a, b);
};

Buffer.concat = function concat(list, length) {
  validateArray(list, 'list');
  if (list.length === 0)
    return new FastBuffer(0);
  if (length === undefined) {
    length = 0;
    for (let i = 0; i < list.length; ++i)
      if (list[i].length)
        length += list[i].length;
  } else {
    validateInteger(length, 'length', 0);
  }
  checkSize(length);
  const made = new FastBuffer(length);
  let at = 0;
  for (let i = 0; i < list.length; ++i) {
    const part = list[i];
    if (!isUint8Array(part))
      throw new ERR_INVALID_ARG_TYPE(`list[${i}]`, ['Buffer', 'Uint8Array'], part);
    if (at + lengthOf(part) > length) {
      TypedArrayPrototypeSet(made, primordials.TypedArrayPrototypeSubarray(part, 0, length - at),
                             at);
      at = length;
      break;
    }
    TypedArrayPrototypeSet(made, part, at);
    at += lengthOf(part);
  }
  return made;
};

Buffer.poolSize = 8 * 1024;

// -- methods ----------------------------------------------------------------------------

function checkView(value, name) {
  if (!isUint8Array(value))
    throw new ERR_INVALID_ARG_TYPE(name, ['Buffer', 'Uint8Array'], value);
}

// A place from the start, or from the end if negative.
function place(value, length, otherwise) {
  if (value === undefined)
    return otherwise;
  value = MathTrunc(+value);
  if (NumberIsNaN(value))
    return 0;
  if (value < 0)
    return value + length > 0 ? value + length : 0;
  return MathMin(value, length);
}

// Not from the end.
function bound(value, length, otherwise) {
  if (value === undefined)
    return otherwise;
  value = MathTrunc(+value);
  return !(value > 0) ? 0 : MathMin(value, length);
}

function fillWith(buffer, value, start, end, encoding) {
  if (typeof value === 'string') {
    const number = encodingOf(encoding);
    if (value.length === 0) {
      TypedArrayPrototypeFill(buffer, 0, start, end);
      return;
    }
    const pattern = bytesOf(value, number);
    if (pattern.length === 0)
      throw new ERR_INVALID_ARG_VALUE('value', value);
    binding.fill(buffer, pattern, start, end);
  } else if (isUint8Array(value)) {
    if (lengthOf(value) === 0)
      throw new ERR_INVALID_ARG_VALUE('value', value);
    binding.fill(buffer, value, start, end);
  } else {
    TypedArrayPrototypeFill(buffer, typeof value === 'boolean' ? +value : value & 255, start, end);
  }
}

function find(buffer, value, byteOffset, encoding, forward) {
  const length = lengthOf(buffer);
  if (typeof byteOffset === 'string') {
    encoding = byteOffset;
    byteOffset = undefined;
  }
  byteOffset = +byteOffset;
  if (NumberIsNaN(byteOffset))
    byteOffset = forward ? 0 : length;
  else
    byteOffset = MathTrunc(byteOffset);
  if (byteOffset < 0) {
    byteOffset += length;
    if (byteOffset < 0) {
      if (!forward)
        return -1;
      byteOffset = 0;
    }
  }
  let wanted;
  if (typeof value === 'number') {
    wanted = new Uint8Array(1);
    wanted[0] = value;
  } else if (typeof value === 'string') {
    const number = encoding === undefined ? UTF8 : numberOf(encoding);
    if (number === undefined)
      throw new ERR_UNKNOWN_ENCODING(encoding);
    wanted = bytesOf(value, number);
  } else if (isUint8Array(value)) {
    wanted = value;
  } else {
    throw new ERR_INVALID_ARG_TYPE('value', ['number', 'string', 'Buffer', 'Uint8Array'], value);
  }
  if (lengthOf(wanted) === 0)
    return MathMin(byteOffset, length);
  return binding.indexOf(buffer, wanted, MathMin(byteOffset, length), forward);
}

const methods = {
  toString(encoding, start, end) {
    const length = lengthOf(this);
    start = bound(start, length, 0);
    end = bound(end, length, length);
    if (end <= start)
      return '';
    return binding.toText(this, encodingOf(encoding), start, end);
  },

  equals(otherBuffer) {
    checkView(otherBuffer, 'otherBuffer');
    return this === otherBuffer || (lengthOf(this) === lengthOf(otherBuffer) &&
      binding.compare(this, otherBuffer) === 0);
  },

  compare(target, targetStart, targetEnd, sourceStart, sourceEnd) {
    checkView(target, 'target');
    const part = (buffer, start, end, names) => {
      const length = lengthOf(buffer);
      if (start === undefined)
        start = 0;
      else
        validateInteger(start, names[0], 0);
      if (end === undefined)
        end = length;
      else
        validateInteger(end, names[1], 0, length);
      if (start === 0 && end === length)
        return buffer;
      return start >= end ? new Uint8Array(0) :
        primordials.TypedArrayPrototypeSubarray(buffer, start, end);
    };
    const b = part(target, targetStart, targetEnd, ['targetStart', 'targetEnd']);
    const a = part(this, sourceStart, sourceEnd, ['sourceStart', 'sourceEnd']);
    return binding.compare(a, b);
  },

  copy(target, targetStart, sourceStart, sourceEnd) {
    checkView(target, 'target');
    const length = lengthOf(this);
    const whole = (value, name, otherwise) => {
      if (value === undefined)
        return otherwise;
      value = NumberIsInteger(value) ? value : MathTrunc(+value) || 0;
      if (value < 0)
        throw new ERR_OUT_OF_RANGE(name, '>= 0', value);
      return value;
    };
    targetStart = whole(targetStart, 'targetStart', 0);
    sourceStart = whole(sourceStart, 'sourceStart', 0);
    if (sourceStart > length)
      throw new ERR_OUT_OF_RANGE('sourceStart', `>= 0 && <= ${length}`, sourceStart);
    sourceEnd = MathMin(whole(sourceEnd, 'sourceEnd', length), length);
    const room = lengthOf(target) - targetStart;
    if (room <= 0 || sourceStart >= sourceEnd)
      return 0;
    const count = MathMin(sourceEnd - sourceStart, room);
    const part = count === length ? this :
      primordials.TypedArrayPrototypeSubarray(this, sourceStart, sourceStart + count);
    TypedArrayPrototypeSet(target, part, targetStart);
    return count;
  },

  subarray(start, end) {
    const length = lengthOf(this);
    start = place(start, length, 0);
    end = place(end, length, length);
    return new FastBuffer(TypedArrayPrototypeGetBuffer(this),
                          TypedArrayPrototypeGetByteOffset(this) + start,
                          end > start ? end - start : 0);
  },

  slice(start, end) {
    return FunctionPrototypeCall(methods.subarray, this, start, end);
  },

  write(string, offset, length, encoding) {
    const size = lengthOf(this);
    if (offset === undefined) {
      offset = 0;
      length = size;
    } else if (length === undefined && typeof offset === 'string') {
      encoding = offset;
      offset = 0;
      length = size;
    } else {
      validateInteger(offset, 'offset', 0, size);
      const rest = size - offset;
      if (length === undefined) {
        length = rest;
      } else if (typeof length === 'string') {
        encoding = length;
        length = rest;
      } else {
        validateInteger(length, 'length', 0, size);
        if (length > rest)
          length = rest;
      }
    }
    validateString(string, 'string');
    return binding.write(this, string, encodingOf(encoding), offset, length);
  },

  fill(value, offset, end, encoding) {
    const size = lengthOf(this);
    if (typeof offset === 'string') {
      encoding = offset;
      offset = undefined;
      end = undefined;
    } else if (typeof end === 'string') {
      encoding = end;
      end = undefined;
    }
    if (typeof value === 'string' && encoding !== undefined && typeof encoding !== 'string')
      throw new ERR_INVALID_ARG_TYPE('encoding', 'string', encoding);
    if (offset === undefined) {
      offset = 0;
      end = size;
    } else {
      validateNumber(offset, 'offset', 0);
      if (end === undefined)
        end = size;
      else
        validateNumber(end, 'end', 0, size);
      if (offset >= end)
        return this;
    }
    fillWith(this, value, offset, end, encoding);
    return this;
  },

  indexOf(value, byteOffset, encoding) {
    return find(this, value, byteOffset, encoding, true);
  },

  lastIndexOf(value, byteOffset, encoding) {
    return find(this, value, byteOffset, encoding, false);
  },

  includes(value, byteOffset, encoding) {
    return find(this, value, byteOffset, encoding, true) !== -1;
  },

  toJSON() {
    const data = [];
    for (let i = 0; i < lengthOf(this); ++i)
      data[i] = this[i];
    return { type: 'Buffer', data };
  },

  swap16() {
    return swap(this, 2);
  },

  swap32() {
    return swap(this, 4);
  },

  swap64() {
    return swap(this, 8);
  },

  [custom](recurseTimes, ctx) {
    const shown = MathMin(inspectMax, lengthOf(this));
    const hex = binding.toText(this, HEX, 0, shown);
    let text = '';
    for (let i = 0; i < hex.length; i += 2)
      text += `${i === 0 ? '' : ' '}${StringPrototypeSlice(hex, i, i + 2)}`;
    const rest = lengthOf(this) - shown;
    if (rest > 0)
      text += ` ... ${rest} more byte${rest > 1 ? 's' : ''}`;
    if (ctx) {
      const extras = {};
      let has = false;
      const keys = internalBinding('util').getOwnNonIndexProperties(this, !ctx.showHidden);
      for (let i = 0; i < keys.length; ++i) {
        has = true;
        extras[keys[i]] = this[keys[i]];
      }
      if (has) {
        const shownExtras = inspect(extras, { ...ctx, breakLength: Infinity, compact: true });
        text += `${text === '' ? '' : ', '}${StringPrototypeSlice(shownExtras, 2, -2)}`;
      }
    }
    return `<${this.constructor.name} ${text}>`;
  },
};

function swap(buffer, size) {
  const length = lengthOf(buffer);
  if (length % size !== 0)
    throw new ERR_INVALID_BUFFER_SIZE(`${size * 8}-bits`);
  for (let i = 0; i < length; i += size) {
    for (let k = 0; k < size / 2; ++k) {
      const held = buffer[i + k];
      buffer[i + k] = buffer[i + size - 1 - k];
      buffer[i + size - 1 - k] = held;
    }
  }
  return buffer;
}

// -- numbers ----------------------------------------------------------------------------

function checkOffset(buffer, offset, size) {
  validateNumber(offset, 'offset');
  const most = lengthOf(buffer) - size;
  if (NumberIsInteger(offset) && offset >= 0 && offset <= most)
    return;
  if (MathFloor(offset) !== offset)
    throw new ERR_OUT_OF_RANGE('offset', 'an integer', offset);
  if (most < 0)
    throw new ERR_BUFFER_OUT_OF_BOUNDS();
  throw new ERR_OUT_OF_RANGE('offset', `>= 0 and <= ${most}`, offset);
}

function checkValue(value, min, max, size) {
  if (value >= min && value <= max)
    return;
  if (value > max || value < min) {
    const n = typeof min === 'bigint' ? 'n' : '';
    let range;
    if (size > 3) {
      if (min === 0 || min === 0n)
        range = `>= 0${n} and < 2${n} ** ${size * 8}${n}`;
      else
        range = `>= -(2${n} ** ${size * 8 - 1}${n}) and < 2${n} ** ${size * 8 - 1}${n}`;
      if (size === 4)
        range = `>= ${min}${n} and <= ${max}${n}`;
    } else {
      range = `>= ${min}${n} and <= ${max}${n}`;
    }
    throw new ERR_OUT_OF_RANGE('value', range, value);
  }
}

function readWhole(buffer, offset, size, little, signed) {
  checkOffset(buffer, offset, size);
  let value = 0;
  for (let i = 0; i < size; ++i)
    value = value * 256 + buffer[little ? offset + size - 1 - i : offset + i];
  if (signed && value >= 2 ** (size * 8 - 1))
    value -= 2 ** (size * 8);
  return value;
}

function writeWhole(buffer, value, offset, size, little, signed) {
  value = +value;
  validateNumber(value, 'value');
  if (signed)
    checkValue(value, -(2 ** (size * 8 - 1)), 2 ** (size * 8 - 1) - 1, size);
  else
    checkValue(value, 0, 2 ** (size * 8) - 1, size);
  checkOffset(buffer, offset, size);
  let rest = MathTrunc(value);
  if (rest < 0)
    rest += 2 ** (size * 8);
  for (let i = 0; i < size; ++i) {
    buffer[little ? offset + i : offset + size - 1 - i] = rest % 256;
    rest = MathFloor(rest / 256);
  }
  return offset + size;
}

// The bytes of one number, in the order of the machine.
const scratch = new Uint8Array(8);
const scratchBuffer = TypedArrayPrototypeGetBuffer(scratch);
const one = new Uint16Array(1);
one[0] = 1;
const isLittle = new Uint8Array(TypedArrayPrototypeGetBuffer(one))[0] === 1;

function loadScratch(buffer, offset, size, little) {
  for (let i = 0; i < size; ++i)
    scratch[little === isLittle ? i : size - 1 - i] = buffer[offset + i];
}

function storeScratch(buffer, offset, size, little) {
  for (let i = 0; i < size; ++i)
    buffer[offset + i] = scratch[little === isLittle ? i : size - 1 - i];
}

function checkByteLength(byteLength) {
  if (byteLength === undefined)
    throw new ERR_INVALID_ARG_TYPE('byteLength', 'number', byteLength);
  validateNumber(byteLength, 'byteLength');
  if (!NumberIsInteger(byteLength))
    throw new ERR_OUT_OF_RANGE('byteLength', 'an integer', byteLength);
  if (byteLength < 1 || byteLength > 6)
    throw new ERR_OUT_OF_RANGE('byteLength', '>= 1 and <= 6', byteLength);
}

function named(name, fn) {
  ObjectDefineProperty(fn, 'name', { __proto__: null, value: name, configurable: true });
  methods[name] = fn;
}

function defineWhole(kind, bits, end, signed) {
  const size = bits / 8;
  const little = end === 'LE';
  const read = function(offset = 0) {
    return readWhole(this, offset, size, little, signed);
  };
  const write = function(value, offset = 0) {
    return writeWhole(this, value, offset, size, little, signed);
  };
  named(`read${kind}${bits}${end}`, read);
  named(`write${kind}${bits}${end}`, write);
  if (!signed) {
    methods[`readUint${bits}${end}`] = read;
    methods[`writeUint${bits}${end}`] = write;
  }
}

function defineAny(kind, end, signed) {
  const little = end === 'LE';
  const read = function(offset, byteLength) {
    if (offset === undefined)
      throw new ERR_INVALID_ARG_TYPE('offset', 'number', offset);
    checkByteLength(byteLength);
    return readWhole(this, offset, byteLength, little, signed);
  };
  const write = function(value, offset, byteLength) {
    checkByteLength(byteLength);
    return writeWhole(this, value, offset, byteLength, little, signed);
  };
  named(`read${kind}${end}`, read);
  named(`write${kind}${end}`, write);
  if (!signed) {
    methods[`readUint${end}`] = read;
    methods[`writeUint${end}`] = write;
  }
}

// `numbers`: a typed array over the scratch bytes.
function defineReal(kind, size, numbers, end) {
  const little = end === 'LE';
  named(`read${kind}${end}`, function(offset = 0) {
    checkOffset(this, offset, size);
    loadScratch(this, offset, size, little);
    return numbers[0];
  });
  named(`write${kind}${end}`, function(value, offset = 0) {
    value = +value;
    checkOffset(this, offset, size);
    numbers[0] = value;
    storeScratch(this, offset, size, little);
    return offset + size;
  });
}

function defineBig(kind, numbers, min, max, end) {
  const little = end === 'LE';
  named(`read${kind}${end}`, function(offset = 0) {
    checkOffset(this, offset, 8);
    loadScratch(this, offset, 8, little);
    return numbers[0];
  });
  named(`write${kind}${end}`, function(value, offset = 0) {
    if (typeof value !== 'bigint')
      throw new TypeError('Cannot mix BigInt and other types, use explicit conversions');
    checkValue(value, min, max, 8);
    checkOffset(this, offset, 8);
    numbers[0] = value;
    storeScratch(this, offset, 8, little);
    return offset + 8;
  });
}

defineWhole('UInt', 8, '', false);
defineWhole('Int', 8, '', true);
{
  const ends = ['LE', 'BE'];
  for (let i = 0; i < 2; ++i) {
    const end = ends[i];
    for (let bits = 16; bits <= 32; bits += 16) {
      defineWhole('UInt', bits, end, false);
      defineWhole('Int', bits, end, true);
    }
    defineAny('UInt', end, false);
    defineAny('Int', end, true);
    defineReal('Float', 4, new Float32Array(scratchBuffer), end);
    defineReal('Double', 8, new Float64Array(scratchBuffer), end);
    defineBig('BigInt64', new BigInt64Array(scratchBuffer), -(2n ** 63n), 2n ** 63n - 1n, end);
    defineBig('BigUInt64', new BigUint64Array(scratchBuffer), 0n, 2n ** 64n - 1n, end);
    methods[`readBigUint64${end}`] = methods[`readBigUInt64${end}`];
    methods[`writeBigUint64${end}`] = methods[`writeBigUInt64${end}`];
  }
}

{
  const keys = primordials.ReflectOwnKeys(methods);
  for (let i = 0; i < keys.length; ++i)
    Buffer.prototype[keys[i]] = methods[keys[i]];
  Buffer.prototype.toLocaleString = methods.toString;
  Buffer.prototype.inspect = methods[custom];
}
const getter = (name, get) => ObjectDefineProperty(Buffer.prototype, name, {
  __proto__: null, enumerable: true, configurable: false, get,
});
getter('parent', function() {
  return this instanceof Buffer ? TypedArrayPrototypeGetBuffer(this) : undefined;
});
getter('offset', function() {
  return this instanceof Buffer ? TypedArrayPrototypeGetByteOffset(this) : undefined;
});

// -- others of the module ---------------------------------------------------------------

function isUtf8(input) {
  if (!ArrayBufferIsView(input) && !isAnyArrayBuffer(input))
    throw new ERR_INVALID_ARG_TYPE('input', ['ArrayBuffer', 'Buffer', 'TypedArray'], input);
  return internalBinding('encoding').decode(input, 'utf-8', true, false, undefined) !== undefined;
}

function isAscii(input) {
  if (!ArrayBufferIsView(input) && !isAnyArrayBuffer(input))
    throw new ERR_INVALID_ARG_TYPE('input', ['ArrayBuffer', 'Buffer', 'TypedArray'], input);
  const bytes = isAnyArrayBuffer(input) ? new Uint8Array(input) :
    new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  for (let i = 0; i < lengthOf(bytes); ++i)
    if (bytes[i] > 127)
      return false;
  return true;
}

module.exports = {
  Buffer,
  FastBuffer,
  INSPECT_MAX_BYTES: inspectMax,
  encodingNames,
  encodingOf,
  isAscii,
  isUtf8,
  kMaxLength,
  kStringMaxLength,
};

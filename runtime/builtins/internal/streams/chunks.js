'use strict';

// What was pushed and not yet read: a queue of Buffers, texts, or objects.

const {
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  ArrayPrototypeUnshift,
  DataViewPrototypeGetBuffer,
  DataViewPrototypeGetByteLength,
  DataViewPrototypeGetByteOffset,
  StringPrototypeSlice,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeSet,
} = primordials;

const { FastBuffer } = require('internal/buffer');
const { isDataView } = require('internal/util/types');

// The same memory.
function part(bytes, from, to = TypedArrayPrototypeGetByteLength(bytes)) {
  return new FastBuffer(TypedArrayPrototypeGetBuffer(bytes),
                        TypedArrayPrototypeGetByteOffset(bytes) + from, to - from);
}

// Any view, as a Buffer of the same memory.
function bufferOf(view) {
  if (isDataView(view))
    return new FastBuffer(DataViewPrototypeGetBuffer(view), DataViewPrototypeGetByteOffset(view),
                          DataViewPrototypeGetByteLength(view));
  return part(view, 0);
}

const sizeOf = (chunk) =>
  (typeof chunk === 'string' ? chunk.length : TypedArrayPrototypeGetByteLength(chunk));

class Chunks {
  #list = [];
  #first = 0;

  get count() {
    return this.#list.length - this.#first;
  }

  first() {
    return this.#list[this.#first];
  }

  push(chunk) {
    ArrayPrototypePush(this.#list, chunk);
  }

  unshift(chunk) {
    if (this.#first > 0)
      this.#list[--this.#first] = chunk;
    else
      ArrayPrototypeUnshift(this.#list, chunk);
  }

  shift() {
    const chunk = this.#list[this.#first];
    this.#list[this.#first++] = undefined;
    if (this.#first === this.#list.length)
      this.clear();
    else if (this.#first === 1024)
      this.#compact();
    return chunk;
  }

  #compact() {
    this.#list = ArrayPrototypeSlice(this.#list, this.#first);
    this.#first = 0;
  }

  clear() {
    this.#list = [];
    this.#first = 0;
  }

  // A copy, as an array.
  all() {
    return ArrayPrototypeSlice(this.#list, this.#first);
  }

  // So many bytes or characters of the `length` that there are, as one.
  take(wanted, length) {
    const first = this.first();
    if (wanted === sizeOf(first))
      return this.shift();
    if (wanted < sizeOf(first)) {
      const isText = typeof first === 'string';
      this.#list[this.#first] = isText ? StringPrototypeSlice(first, wanted) : part(first, wanted);
      return isText ? StringPrototypeSlice(first, 0, wanted) : part(first, 0, wanted);
    }
    if (wanted > length)
      wanted = length;
    if (typeof first === 'string') {
      let text = '';
      while (text.length < wanted)
        text += this.#takeUpTo(wanted - text.length);
      return text;
    }
    const bytes = new FastBuffer(wanted);
    for (let at = 0; at < wanted;) {
      const piece = this.#takeUpTo(wanted - at);
      TypedArrayPrototypeSet(bytes, piece, at);
      at += sizeOf(piece);
    }
    return bytes;
  }

  #takeUpTo(most) {
    const size = sizeOf(this.first());
    return this.take(most < size ? most : size, size);
  }
}

module.exports = { Chunks, bufferOf, part, sizeOf };

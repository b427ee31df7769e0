'use strict';

// What deep equality compares, and `inspect` shows, of objects whose state is private, beside
// their properties. As in Node that is not all of it: neither queries nor controllers are
// told apart.

const { ArrayPrototypePush } = primordials;

const readers = [];

// `read(object)`: its values in a list; undefined when it is none of the class. Loose
// equality asks only those with `alsoLoose`.
function compareBy(read, alsoLoose = false) {
  ArrayPrototypePush(readers, { read, alsoLoose });
}

let reader;

// The text of a URL object; undefined of others.
const hrefOf = (value) => reader?.(value)?.[0];

function readURLBy(read) {
  reader = read;
}

module.exports = { compareBy, hrefOf, readURLBy, readers };

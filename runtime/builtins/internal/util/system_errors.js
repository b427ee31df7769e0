'use strict';

// `util.getSystemErrorName` and its like.

const { Map, MapPrototypeGet, MapPrototypeSet } = primordials;

const { codes: { ERR_OUT_OF_RANGE } } = require('internal/errors');
const { validateNumber } = require('internal/validators');
const { systemErrors } = internalBinding('util');

// number -> [name, message]; for each who asks, since scripts may change it.
function getSystemErrorMap() {
  const all = systemErrors();
  const made = new Map();
  for (let i = 0; i < all.length; ++i)
    MapPrototypeSet(made, all[i][0], [all[i][1], all[i][2]]);
  return made;
}

const known = getSystemErrorMap();

function find(err, which) {
  validateNumber(err, 'err');
  if (err >= 0 || err % 1 !== 0)
    throw new ERR_OUT_OF_RANGE('err', 'a negative integer', err);
  return MapPrototypeGet(known, err)?.[which] ?? `Unknown system error ${err}`;
}

const getSystemErrorName = (err) => find(err, 0);
const getSystemErrorMessage = (err) => find(err, 1);

module.exports = { getSystemErrorMap, getSystemErrorMessage, getSystemErrorName };

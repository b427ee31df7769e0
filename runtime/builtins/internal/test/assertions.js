'use strict';

// `t.assert`: the functions of node:assert, counted by the test's plan.

const {
  Map, MapPrototypeForEach, MapPrototypeSet, ObjectDefineProperty, ReflectApply,
} = primordials;

const assert = require('internal/assert');
const { codes: { ERR_INVALID_ARG_TYPE } } = require('internal/errors');
const { validateFunction } = require('internal/validators');

const names = [
  'deepEqual', 'deepStrictEqual', 'doesNotMatch', 'doesNotReject', 'doesNotThrow', 'equal',
  'fail', 'ifError', 'match', 'notDeepEqual', 'notDeepStrictEqual', 'notEqual',
  'notStrictEqual', 'ok', 'partialDeepStrictEqual', 'rejects', 'strictEqual', 'throws',
];

const functions = new Map();
for (let i = 0; i < names.length; ++i)
  MapPrototypeSet(functions, names[i], assert[names[i]]);

// `test.assert.register`: further ones, for all tests.
function register(name, fn) {
  if (typeof name !== 'string')
    throw new ERR_INVALID_ARG_TYPE('name', 'string', name);
  validateFunction(fn, 'fn');
  MapPrototypeSet(functions, name, fn);
}

function assertionsOf(context, planNow) {
  const made = { __proto__: null };
  MapPrototypeForEach(functions, (fn, name) => {
    const counted = (...args) => {
      planNow()?.count();
      return ReflectApply(fn, context, args);
    };
    ObjectDefineProperty(counted, 'name', { __proto__: null, value: name, configurable: true });
    made[name] = counted;
  });
  return made;
}

module.exports = { assertionsOf, register };

'use strict';

// What becomes of a test by its subtests, and by what was expected of it.

const assert = require('internal/assert');
const { TestFailure, kinds } = require('internal/test/failure');

function judge(test) {
  const { subtests } = test;
  let failed = 0;
  for (let i = 0; i < subtests.length; ++i)
    if (!subtests[i].passed && !subtests[i].isTodo)
      ++failed;
  if (failed > 0)
    test.fail(new TestFailure(`${failed} subtest${failed > 1 ? 's' : ''} failed`, kinds.subtests));
  if (!test.expectsFailure || test.skipped)
    return;
  if (test.error === null)
    test.fail(new TestFailure('test was expected to fail but passed', kinds.expected));
  else
    test.error = mismatch(test);
}

// `expectFailure` may say which failure.
function mismatch({ expectsFailure: expected, error }) {
  if (typeof expected !== 'object' && typeof expected !== 'function')
    return null;
  try {
    assert.throws(() => {
      throw error.cause;
    }, expected);
    return null;
  } catch (other) {
    return TestFailure.of(other, kinds.threw);
  }
}

module.exports = { judge };

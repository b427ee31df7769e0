'use strict';

const { ObjectAssign } = primordials;

// A copy: scripts may change it.
module.exports = ObjectAssign({}, require('internal/util/types'));

'use strict';

const { ObjectAssign } = primordials;

module.exports = ObjectAssign({}, require('internal/timers_promises'));

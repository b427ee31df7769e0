'use strict';

const { ObjectAssign } = primordials;

const { atob, btoa } = require('internal/base64');
const { FastBuffer, encodingNames, encodingOf, ...buffer } = require('internal/buffer');

module.exports = ObjectAssign({ SlowBuffer: buffer.Buffer.allocUnsafeSlow, atob, btoa, constants: {
  MAX_LENGTH: buffer.kMaxLength,
  MAX_STRING_LENGTH: buffer.kStringMaxLength,
} }, buffer);

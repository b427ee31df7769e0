'use strict';

const { validateFunction } = require('internal/validators');
const { enqueueMicrotask } = internalBinding('tasks');

function queueMicrotask(callback) {
  validateFunction(callback, 'callback');
  enqueueMicrotask(() => callback());
}

module.exports = { queueMicrotask };

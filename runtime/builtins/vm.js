'use strict';

// node:vm, as scripts see it: an object of its own, for they may change it.

module.exports = { ...require('internal/vm') };

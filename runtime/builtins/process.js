'use strict';

// The object itself is the module, as in Node.
module.exports = require('internal/process').process;

'use strict';

// The class itself is the module, as in Node: scripts may change it, for each other.
module.exports = require('internal/events');

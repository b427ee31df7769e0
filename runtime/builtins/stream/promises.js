'use strict';

module.exports = require('internal/streams/public').promises;

'use strict';

// Of https://nodejs.org/api/perf_hooks.html only the clock.
const { Performance, performance } = require('internal/performance');

module.exports = { Performance, performance };

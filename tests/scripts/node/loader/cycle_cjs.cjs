require('./cycle_cjs.mjs');

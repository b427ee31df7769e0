require('./cycle_esm.mjs');

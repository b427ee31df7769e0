require('./wants_module.mjs');

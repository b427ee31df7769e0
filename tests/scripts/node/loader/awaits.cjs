require('./awaits.mjs');

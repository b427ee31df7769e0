exports.early = true; const b = require('./cycle_b'); exports.sawB = b.done; exports.done = true;

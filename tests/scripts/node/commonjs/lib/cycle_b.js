const a = require('./cycle_a'); exports.sawA = { ...a }; exports.done = true; console.log('b sees', exports.sawA);

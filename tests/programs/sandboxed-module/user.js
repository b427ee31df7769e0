const { v } = require('./dep');

exports.sum = v + (typeof extra === 'undefined' ? 0 : extra) + 0;
if (typeof extra !== 'undefined') exports.sum = v + extra;
exports.own = [] instanceof Array && module.id.length > 0;
exports.missing = typeof nothing;

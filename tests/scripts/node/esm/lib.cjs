exports.name = 'from cjs'; exports.other = 3;

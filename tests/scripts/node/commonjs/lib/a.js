exports.name = 'a'; exports.file = __filename;

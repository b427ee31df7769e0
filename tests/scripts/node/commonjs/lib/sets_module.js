exports.x = 1;
module.exports = { y: 2 };
console.log(module.exports, exports, require.main.filename === module.parent.filename);

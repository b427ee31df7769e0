module.exports = 1; export {};

module.exports = 'index in folder';

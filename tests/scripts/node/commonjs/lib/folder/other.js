module.exports = 'other in folder';

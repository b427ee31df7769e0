'use strict';

module.exports = { StringDecoder: require('internal/string_decoder').StringDecoder };

'use strict';

const { ObjectDefineProperty } = primordials;

const { fs, promises } = require('internal/fs');

ObjectDefineProperty(fs, 'promises',
                     { __proto__: null, value: promises, enumerable: true, configurable: true });

module.exports = fs;

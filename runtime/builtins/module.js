'use strict';

// https://nodejs.org/api/module.html, and how a host starts a program.

const { ObjectDefineProperty, SymbolFor } = primordials;

const { Module } = require('internal/modules/cjs');
const { host, runFile } = require('internal/modules/start');
const { process } = require('internal/process');
require('internal/modules/esm'); // from now on, `import` finds files

// As in Node, scripts may replace it.
Module.runMain = function runMain(main = process.argv[1]) {
  return runFile(main);
};

// Gone once the host has it.
ObjectDefineProperty(Module, SymbolFor('troupe.host'), {
  __proto__: null,
  get() {
    delete Module[SymbolFor('troupe.host')];
    return host;
  },
  configurable: true,
});

module.exports = Module;

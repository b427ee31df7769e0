'use strict';

const { ChildProcess, spawn } = require('internal/child_process');
const { exec, execFile } = require('internal/child_process/exec');
const { fork } = require('internal/child_process/fork');
const { execFileSync, execSync, spawnSync } = require('internal/child_process/sync');

module.exports = {
  ChildProcess,
  exec,
  execFile,
  execFileSync,
  execSync,
  fork,
  spawn,
  spawnSync,
};

'use strict';

// Facts about the machine (https://nodejs.org/api/os.html). Paths come from the script's own
// environment variables, where there is a process.

const { ArrayPrototypePush, ObjectDefineProperty, ObjectFreeze, StringPrototypeEndsWith,
        StringPrototypeSlice } = primordials;

const binding = internalBinding('os');
const { process, signals } = require('internal/process');

function cpus() {
  const facts = binding.processors();
  const list = [];
  for (let i = 0; i + 6 < facts.length; i += 7)
    ArrayPrototypePush(list, {
      model: facts[i],
      speed: facts[i + 1],
      times: { user: facts[i + 2], nice: facts[i + 3], sys: facts[i + 4], idle: facts[i + 5],
               irq: facts[i + 6] },
    });
  return list;
}

function loadavg() {
  const facts = binding.figures();
  return [facts[3], facts[4], facts[5]];
}

function homedir() {
  return process.env.HOME ?? binding.user()?.[1] ?? '/';
}

function tmpdir() {
  const { env } = process;
  const path = env.TMPDIR || env.TMP || env.TEMP || '/tmp';
  return path.length > 1 && StringPrototypeEndsWith(path, '/') ?
    StringPrototypeSlice(path, 0, -1) : path;
}

function userInfo() {
  const { 0: username, 1: home, 2: shell, 3: uid, 4: gid } = binding.user() ?? [];
  return { __proto__: null, uid, gid, username, homedir: home, shell: shell || null };
}

const os = {
  arch: () => process.arch,
  availableParallelism: () => binding.figures()[6],
  cpus,
  endianness: () => 'LE',
  freemem: () => binding.figures()[1],
  homedir,
  hostname: () => binding.names()[4],
  loadavg,
  machine: () => binding.names()[3],
  platform: () => 'linux',
  release: () => binding.names()[1],
  tmpdir,
  totalmem: () => binding.figures()[0],
  type: () => binding.names()[0],
  uptime: () => binding.figures()[2],
  userInfo,
  version: () => binding.names()[2],
};

function constant(name, value) {
  ObjectDefineProperty(os, name, { __proto__: null, value, enumerable: true, writable: false });
}
constant('EOL', '\n');
constant('devNull', '/dev/null');
constant('constants', ObjectFreeze({ __proto__: null, signals }));

module.exports = os;

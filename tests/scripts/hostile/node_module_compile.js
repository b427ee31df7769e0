// value: has Module.prototype._compile compile what is no text
const Module = require('node:module');
let refused = 0;
const wrong = [1, undefined, null, {}, Symbol('x'), new Uint8Array(8), [], new Proxy({}, {}), 1n];
for (const content of wrong)
  for (const self of [{}, new Module('a'), Module.prototype, undefined])
    for (const name of ['f.js', undefined, {}])
      try {
        Module.prototype._compile.call(self, content, name);
      } catch {
        ++refused;
      }
if (refused !== wrong.length * 12)
  throw new Error('something was compiled');

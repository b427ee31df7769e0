import fs, { readFileSync } from 'node:fs';
import * as path from 'path';
import def, { name, other } from './lib.cjs';
import data from './data.json' with { type: 'json' };
import { one, dual } from 'dual';
import cjsOnly from 'cjs_only';
import only from 'esm_only';
import { live, bump } from './live.mjs';
import { fromPackage } from '#internal';
console.log(fs.readFileSync === readFileSync, typeof path.join, path.default.sep);
console.log(def, name, other);
console.log(data, one, dual, cjsOnly, only, fromPackage);
bump();
console.log(live);
console.log(import.meta.url.startsWith('file:///'), path.basename(import.meta.filename),
            path.basename(import.meta.dirname), import.meta.url.endsWith('/esm/main.mjs'));
console.log(import.meta.resolve('./x.mjs').endsWith('/esm/x.mjs'), import.meta.resolve('node:fs'),
            import.meta.resolve('dual').endsWith('/dual/main.mjs'));
console.log(typeof require, typeof module, this, typeof __filename);
const again = await import('./live.mjs');
console.log(again.live, again === await import('./live.mjs?'), Object.keys(await import('./lib.cjs')));
for (const specifier of ['./nope.mjs', 'nope', './lib.cjs/', 'node:nope', './folder', 'esm_only/hidden',
                         './unknown.ext', 'http://example.org/x.mjs', './data.json', '#missing']) {
  try {
    await import(specifier);
    console.log(specifier, 'was found');
  } catch (error) {
    console.log(specifier, '|', error.code, '|', error.name, '|',
                error.message.replaceAll(import.meta.dirname, '.'));
  }
}
try {
  await import('./bad_syntax.mjs');
} catch (error) {
  console.log(error.name, error.message);
}
console.log((await import('data:text/javascript,export default 6 * 7')).default);
import { createRequire } from 'module';
const requireFrom = createRequire(import.meta.url);
console.log(requireFrom('./lib.cjs') === def);
setTimeout(() => console.log('timers run'), 1);

// The names that `import` finds in the text of CommonJS modules: each text is written to a file,
// and looked at without being run.
import fs from 'node:fs';
import Module from 'node:module';
import os from 'node:os';
import path from 'node:path';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cjs_names'));
fs.writeFileSync(path.join(folder, 'other.cjs'), 'exports.o = 1');
fs.writeFileSync(path.join(folder, 'other2.cjs'), 'exports.o2 = 1');
const load = Module._load;
Module._load = function(request, ...rest) {
  return request.startsWith(folder) ? {} : load.call(this, request, ...rest);
};
const js = Module._extensions['.js'];
Module._extensions['.js'] = function(module, filename) {
  if (!fs.realpathSync(filename).startsWith(fs.realpathSync(folder)))
    js(module, filename);
};

const texts = JSON.parse(fs.readFileSync(new URL('texts.json', import.meta.url), 'utf8'));
for (let i = 0; i < texts.length; ++i) {
  const file = path.join(folder, `${i}.cjs`);
  fs.writeFileSync(file, texts[i]);
  const names = Object.keys(await import(file)).filter(
    (name) => name !== 'default' && name !== 'module.exports');
  console.log(JSON.stringify(names), JSON.stringify(texts[i]));
}
fs.rmSync(folder, { recursive: true });

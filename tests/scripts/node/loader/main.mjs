// What the loaders say: of specifiers, cycles, formats. Recorded with Node.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));
const plain = (text) => `${text}`.replaceAll(here, '/').replaceAll(here.slice(0, -1), '/');
const tell = (what, error) =>
  console.log(what, '|', error.name, error.code, '|', plain(error.message));

async function importing(specifier, options) {
  try {
    await import(specifier, options);
    console.log(specifier, 'ok');
  } catch (error) {
    tell(specifier, error);
  }
}

function requiring(specifier) {
  try {
    console.log(specifier, require(specifier));
  } catch (error) {
    tell(specifier, error);
  }
}

// Nothing is relative to a `data:` URL.
for (const inner of ['./x', '/x', '../x', 'nopkg', '@a', '@a/b', '', 'fs', 'node:fs',
                     'data:text/javascript,1', 'http://x/', 'file:///nope.mjs']) {
  await importing(`data:text/javascript,import "${inner}"`);
  await importing(`data:text/javascript,await import("${inner}")`);
  await importing(`data:text/javascript,import.meta.resolve("${inner}")`);
}

// Other specifiers.
for (const specifier of ['', 'file:rel', 'file:./x', 'http://a/b', 'https://a/b', 'foo:bar', 'C:/x',
                         'x:', './a%2fb', './n', './l', './folder', './folder/', 'pk/lib/a',
                         'pk/lib', 'pk/nope', './nope', './nope.mjs', 'data:,', '@x'])
  await importing(specifier);
for (const type of ['javascript', 'commonjs', 'module', '', 'css'])
  await importing('./l.cjs', { with: { type } });

// A cycle with `require` in it.
requiring('./cycle_cjs.cjs');
await importing('./cycle_esm.mjs');
await importing('./cycle_itself.mjs');
await importing('./cycle_deep.mjs');
requiring('./awaits.cjs');

// Names that CommonJS has, and names that it has not.
for (const specifier of ['./wants_module.mjs', './passes_on.mjs', './typed/wants_require.js',
                         './wants_module.cjs', './ambiguous.js', './ambiguous.mjs',
                         './ambiguous_root.mjs', './named.mjs', './named_as.mjs',
                         './named_lines.mjs', './named_passed_on.mjs', './named_builtin.mjs'])
  await importing(specifier);

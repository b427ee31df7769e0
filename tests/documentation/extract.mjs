// Takes the examples out of a document and finds what their comments promise.
//
//     troupe run extract.mjs DOCUMENT FOLDER
//
// Writes each example to FOLDER/<number>/main.js (main.mjs, main.cjs where the document names the
// kind) and what is known of all of them to FOLDER/examples.json:
//
//     [{ number, file, expected: [line…], …the example's entry in expectations.json }]

import fs from 'node:fs';
import path from 'node:path';
import { blocksOf } from './blocks.mjs';
import { promisesOf } from './promises.mjs';

const here = import.meta.dirname;
const [document, folder] = process.argv.slice(2);
const name = path.basename(document);
const table = JSON.parse(fs.readFileSync(path.join(here, 'expectations.json'), 'utf8'))[name] ?? {};

const examples = blocksOf(fs.readFileSync(document, 'utf8')).map(({ kind, code }, index) => {
  const number = index + 1;
  const own = path.join(folder, String(number));
  const file = path.join(own, `main.${kind === 'mjs' || kind === 'cjs' ? kind : 'js'}`);
  fs.mkdirSync(own, { recursive: true });
  fs.writeFileSync(file, code);
  return { number, file, expected: promisesOf(code), ...table[number] };
});

for (const number of Object.keys(table))
  if (number > examples.length) throw new Error(`${name} has no example ${number}`);

fs.writeFileSync(path.join(folder, 'examples.json'), JSON.stringify(examples, null, 2));
console.log(`${name}: ${examples.length} examples`);

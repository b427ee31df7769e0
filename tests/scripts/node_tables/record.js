// Writes what Node (24) prints into the tables of this folder:
//
//     node --experimental-vm-modules record.js [table …]
//
// A table has expressions (lines that begin with "> ", further lines with ". ") and, after
// each, what it gives (lines that begin with "= "). Tests of the built-ins compare with that; they run
// without Node. Lines of stacks are left out.
'use strict';
const fs = require('fs');
const path = require('path');
const { evaluate } = require('./evaluate.js');

async function record(file) {
  const before = fs.readFileSync(file, 'utf8').split('\n');
  const after = [];
  let expression = [];
  const flush = async () => {
    if (expression.length === 0) return;
    const text = await evaluate(expression.join('\n'), require);
    for (const line of text.split('\n')) after.push(`= ${line}`);
    expression = [];
  };
  for (const line of before) {
    if (line.startsWith('= ')) continue;
    if (!line.startsWith('. ')) await flush();
    if (/^[>.] /.test(line)) expression.push(line.slice(2));
    after.push(line);
  }
  await flush();
  fs.writeFileSync(file, after.join('\n'));
}

(async () => {
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named :
    fs.readdirSync(__dirname).filter((f) => f.endsWith('.table')).map((f) => path.join(__dirname, f));
  for (const file of files) await record(file);
})();

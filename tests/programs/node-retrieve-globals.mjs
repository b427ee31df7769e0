// What template engines use to run the scripts of a page's front matter.
import { RetrieveGlobals } from 'node-retrieve-globals';

const page = new RetrieveGlobals(`
  import path from 'node:path';
  var title = 'A page';
  const tags = ['a', 'b'].map((tag) => prefix + tag);
  const { base, more } = { base: path.basename('/x/y.txt'), more: 1 };
  const late = await Promise.resolve(7);
  function heading() { return '# ' + title; }
`);
const found = await page.getGlobalContext(
  { prefix: '#' }, { async: true, reuseGlobal: true, dynamicImport: true });
console.log(found.title, found.tags.join(), found.base, found.more, found.late, found.heading());

const plain = new RetrieveGlobals('const n = [1, 2, 3].map((x) => x * k); let last = n.at(-1)');
console.log(await plain.getGlobalContext({ k: 3 }));

try {
  await new RetrieveGlobals('const broken = ;').getGlobalContext();
} catch (error) {
  console.log(/SyntaxError|Unexpected token/.test(`${error.name} ${error.message}`));
}

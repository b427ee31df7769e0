// Queries whose filters are scripts in contexts of their own.
const { JSONPath } = require('jsonpath-plus');

const json = { store: { book: [{ t: 'a', p: 8 }, { t: 'b', p: 12 }, { t: 'c', p: 9 }], bicycle: { p: 20 } } };
const find = (path, more) => console.log(JSON.stringify(JSONPath({ path, json, eval: 'native', ...more })));

find('$..book[?(@.p < 10)].t');
find('$..book[(@.length - 1)].t');
find('$..[?(@.p > limit)]', { sandbox: { limit: 11 } });
find('$..book[?(/[ab]/.test(@.t))].p');
find('$.store..p', { resultType: 'path' });
find('$..book[?(@property === 1)]');
find("$..book[?(@path !== \"$['store']['book'][0]\")].t");
try {
  find('$..book[?(nothing.here)]');
} catch (error) {
  console.log(error.message);
}
try {
  find('$..book[?(@.p)]', { eval: false });
} catch (error) {
  console.log(error.message);
}

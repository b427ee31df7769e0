// What the linker and `moduleRequests` tell of a module:
//
//     troupe run requests.mjs MODULE [LIST]
//
// prints what the linker is asked for and, where there is no LIST, the requests; with LIST, a file
// with an expression, whether the requests equal its value. V8 lists equal requests once.

import assert from 'node:assert';
import fs from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import vm from 'node:vm';

const [file, list] = process.argv.slice(2);
const code = fs.readFileSync(file, 'utf8');

const plain = (request) => ({ ...request, attributes: { ...request.attributes } });
const requests = new vm.SourceTextModule(code).moduleRequests.map(plain);

if (list) {
  const documented = vm.runInThisContext(fs.readFileSync(list, 'utf8'));
  const equal = (a) => (b) => isDeepStrictEqual(a, b);
  assert.deepStrictEqual(requests,
    documented.filter((each, index) => documented.findIndex(equal(each)) === index));
  console.log('the requests are as documented');
} else {
  console.log(requests);
  const modules = {};
  await new vm.SourceTextModule(code).link((specifier, module, { attributes }) => {
    console.log('linker:', specifier, { ...attributes });
    return modules[specifier] ??= new vm.SyntheticModule(['default'], () => {});
  });
}

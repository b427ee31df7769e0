// value: links modules that import each other 10,000 deep, leaf by leaf
const vm = require('node:vm');
const chain = [];
try {
  for (let i = 0; i < 10000; ++i) {
    chain.push(new vm.SourceTextModule(i === 0 ? 'export let x = 1;' : 'export * from "next";'));
    chain[i].linkRequests(i === 0 ? [] : [chain[i - 1]]);
    chain[i].instantiate();
  }
} catch (error) {
  if (error.code !== 'ERR_TROUPE_MODULE_LIMIT')
    throw error;
}
if (chain.length === 10000)
  throw new Error('V8 would have needed more stack than there is');

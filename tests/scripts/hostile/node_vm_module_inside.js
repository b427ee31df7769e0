// value: wants to see what modules have inside: from between two classes, through a Proxy
const vm = require('node:vm');
const seen = [];
function between(...given) {
  seen.push(...given);
  return {};
}
for (const kind of [vm.SourceTextModule, vm.SyntheticModule]) {
  const above = Object.getPrototypeOf(kind);
  Object.setPrototypeOf(kind, between);
  kind === vm.SourceTextModule ? new kind('1') : new kind(['x'], () => {});
  Object.setPrototypeOf(kind, above);
}
try {
  new vm.Module(new Proxy({}, { get: (target, key) => seen.push(key) }));
} catch (error) {
  if (error.message !== 'Module is not a constructor')
    throw error;
}
if (seen.length !== 0)
  throw new Error(`saw ${seen.length} things`);

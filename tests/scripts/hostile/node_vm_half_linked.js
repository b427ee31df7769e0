// value|deadline_exceeded: links large cycles of modules under short timeouts, then evaluates them
const vm = require('node:vm');
const size = 800;
function cycle() {
  const made = [];
  for (let i = 0; i < size; ++i)
    made.push(new vm.SourceTextModule('import "next"; export function f() { return 1; }'));
  made.forEach((module, i) => module.linkRequests([made[(i + 1) % size]]));
  return made;
}
globalThis.halves = 0;
const context = vm.createContext();
for (let timeout = 1; timeout <= 6; ++timeout) {
  const made = cycle();
  context.link = () => made[0].instantiate();
  try {
    vm.runInContext('for (let i = 0; i < 1e5; ++i); link()', context, { timeout });
  } catch {
    // In the middle, perhaps.
  }
  if (new Set(made.map(module => module.status)).size > 1)
    ++halves;
  for (const module of [made[0], made[1], made[size / 2], made[size - 1]]) {
    try {
      module.evaluate().catch(() => {});
    } catch {
      // It is not linked.
    }
  }
  for (const module of made)
    if (module.status === 'unlinked')
      module.instantiate();
  made[0].evaluate();
  if (made.some(module => module.status !== 'evaluated'))
    throw new Error('not all of the cycle is evaluated');
}

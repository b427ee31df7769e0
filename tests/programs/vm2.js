// A sandbox of proxies, and a module loader whose modules live in contexts.
const { NodeVM, VM, VMScript } = require('vm2');

const vm = new VM({ timeout: 1000, sandbox: { base: 2, twice: (n) => n * 2 } });
console.log(vm.run('twice(base) + 1'));
console.log(vm.run(new VMScript('[1, 2, 3].map((n) => n * base)')).join());
for (const code of ['process', 'while (true);', 'throw new RangeError("mine")', 'let 1'])
  try {
    vm.run(code);
  } catch (error) {
    console.log(`${error.name}: ${error.message}`);
  }
vm.setGlobal('answer', { of: 42 });
console.log(vm.run('answer.of'), vm.run('(() => { try { return twice.constructor("return process")() } catch { return "kept in" } })()'));

const modules = new NodeVM({
  console: 'redirect',
  require: { builtin: ['path'], mock: { greeter: { hello: (name) => `hello ${name}` } } },
});
modules.on('console.log', (...said) => console.log('said', ...said));
const made = modules.run(`
  const { join } = require('path');
  console.log('loading');
  exports.path = join('a', '..', 'b');
  exports.greeting = require('greeter').hello('world');
  exports.add = (a, b) => a + b;
  try { require('fs') } catch (error) { exports.refused = error.code ?? error.name }
`, `${__dirname}/inner.js`);
console.log(made.path, made.greeting, made.add(1, 2), made.refused);

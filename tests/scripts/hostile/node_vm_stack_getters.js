// value: has errors in contexts with a timeout whose stacks never end
const vm = require('node:vm');
const codes = [];
const context = vm.createContext({});
vm.runInContext('Error.prepareStackTrace = () => { for (;;); };', context);
for (const code of ['throw new Error("x")', 'null.x', 'throw { get stack() { for (;;); } }'])
  try {
    vm.runInContext(code, context, { timeout: 20 });
  } catch (error) {
    codes.push(error.code);
  }
if (codes.some((code) => code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT'))
  throw new Error(codes);

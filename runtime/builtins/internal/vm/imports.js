'use strict';

// `importModuleDynamically`, and `import()` in code of node:vm.
//
// What stands for an `importModuleDynamically` in compiled code is a symbol; as long as
// such code lives, so do its callback and what that gets as the referrer. All code has one:
// without, an `import()` would be the host's.

const {
  ObjectFreeze,
  ReflectApply,
  Symbol,
  WeakMap,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;

const { setImportServer, settleImport } = internalBinding('vm');
const { codes } = require('internal/errors');
const {
  ERR_SOURCE_PHASE_NOT_DEFINED,
  ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING,
  ERR_VM_MODULE_NOT_MODULE,
} = codes;
const { isModuleNamespaceObject } = require('internal/util/types');
const { validateFunction } = require('internal/validators');

const useMainContextDefaultLoader = Symbol('vm_dynamic_import_main_context_default');
const missing = Symbol('vm_dynamic_import_missing');
const callbacks = new WeakMap();

function checkImportCallback(callback) {
  if (callback !== undefined && callback !== useMainContextDefaultLoader)
    validateFunction(callback, 'options.importModuleDynamically');
}

// What goes into the code.
function importSymbol(callback, name) {
  if (callback === undefined)
    return missing;
  return callback === useMainContextDefaultLoader ? callback : Symbol(name);
}

// `keep` lives as long as the code.
function registerImportCallback(symbol, callback, referrer, keep = undefined) {
  if (typeof callback === 'function' || keep !== undefined)
    WeakMapPrototypeSet(callbacks, symbol, { callback, referrer, keep });
}

// Settles `promise`, which is of the realm that imports, as many ticks later as Node does.
async function serveImport(promise, symbol, specifier, sourcePhase, pairs) {
  let ticks = 2;
  let fulfilled = false;
  let outcome;
  try {
    const known = WeakMapPrototypeGet(callbacks, symbol);
    if (typeof known?.callback !== 'function')
      throw new ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING();
    const { callback, referrer } = known;
    const attributes = { __proto__: null };
    for (let i = 0; i < pairs.length; i += 2)
      attributes[pairs[i]] = pairs[i + 1];
    const phase = sourcePhase ? 'source' : 'evaluation';
    ++ticks;
    const answer = ReflectApply(
      callback, undefined, [specifier, referrer, ObjectFreeze(attributes), phase]);
    --ticks;
    outcome = namespaceOf(await answer, specifier, sourcePhase);
    fulfilled = true;
  } catch (error) {
    outcome = error;
  }
  for (; ticks > 0; --ticks)
    await undefined;
  settleImport(promise, fulfilled, outcome);
}

function namespaceOf(answer, specifier, sourcePhase) {
  const { errorOf, insideOf, statusOf } = require('internal/vm/module');
  const inside = insideOf(answer);
  if (inside === undefined && (sourcePhase || !isModuleNamespaceObject(answer)))
    throw new ERR_VM_MODULE_NOT_MODULE();
  if (sourcePhase)
    throw new ERR_SOURCE_PHASE_NOT_DEFINED(inside?.identifier ?? specifier);
  if (inside === undefined)
    return answer;
  if (statusOf(inside) === 'errored')
    throw errorOf(inside);
  return answer.namespace;
}

setImportServer(serveImport, useMainContextDefaultLoader);

module.exports = {
  checkImportCallback,
  importSymbol,
  registerImportCallback,
  useMainContextDefaultLoader,
};

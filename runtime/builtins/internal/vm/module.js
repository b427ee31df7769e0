'use strict';

// vm.Module and its kin. What touches V8 is in runtime/node_vm/module_class.cpp.

const {
  ArrayIsArray,
  ArrayPrototypePush,
  Error,
  JSONStringify,
  ObjectFreeze,
  ObjectGetPrototypeOf,
  Promise,
  PromisePrototypeThen,
  PromiseReject,
  ReflectApply,
  ReflectConstruct,
  Symbol,
  SymbolFor,
  TypeError,
  WeakMap,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;

const { ModuleWrap, isContext } = internalBinding('vm');

const { codes } = require('internal/errors');
const {
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_INVALID_THIS,
  ERR_MODULE_LINK_MISMATCH,
  ERR_VM_MODULE_ALREADY_LINKED,
  ERR_VM_MODULE_CANNOT_CREATE_CACHED_DATA,
  ERR_VM_MODULE_DIFFERENT_CONTEXT,
  ERR_VM_MODULE_LINK_FAILURE,
  ERR_VM_MODULE_NOT_MODULE,
  ERR_VM_MODULE_STATUS,
} = codes;
const sigintListeners = require('internal/sigint_listeners');
const { isArrayBufferView } = require('internal/util/types');
const {
  validateArray,
  validateBoolean,
  validateFunction,
  validateInt32,
  validateObject,
  validateString,
  validateUint32,
} = require('internal/validators');
const { registerImportCallback } = require('internal/vm/imports');

const none = ObjectFreeze({ __proto__: null });
let wish; // of that class here which is making a module
const inspectCustom = SymbolFor('nodejs.util.inspect.custom');

// -- native statuses (v8::Module::Status) -------------------------------------------------

const kUninstantiated = 0;
const kInstantiated = 2;
const kEvaluating = 3;
const kEvaluated = 4;
const kErrored = 5;
const statusNames = ['unlinked', 'linking', 'linked', 'evaluating', 'evaluated', 'errored'];

// -- identifiers ------------------------------------------------------------------------

const counters = new WeakMap();
const mainContext = {};

function nextIdentifier(context) {
  const key = context ?? mainContext;
  const next = WeakMapPrototypeGet(counters, key) ?? 0;
  WeakMapPrototypeSet(counters, key, next + 1);
  return `vm:module(${next})`;
}

// -- modules ----------------------------------------------------------------------------

function validateContextOption(context) {
  if (context === undefined)
    return;
  validateObject(context, 'context');
  if (!isContext(context))
    throw new ERR_INVALID_ARG_TYPE('options.context', 'vm.Context', context);
}

// As what V8 itself throws: the code is not in the stack.
function withCode(error, code) {
  error.code = code;
  return error;
}

// Settles with all, or with the first rejection.
function all(promises) {
  return new Promise((resolve, reject) => {
    let open = promises.length;
    if (open === 0)
      resolve();
    for (let i = 0; i < promises.length; ++i)
      PromisePrototypeThen(promises[i], () => {
        if (--open === 0)
          resolve();
      }, reject);
  });
}

// For the classes below and for `import()`: the inside of a module, or undefined.
let insideOf;

class Module {
  #inside;

  // Scripts may pass anything: it is not looked at.
  constructor(options) {
    if (options === undefined || options !== wish)
      throw new TypeError('Module is not a constructor');
    wish = undefined;
    const { kind, context, identifier, make } = options;
    validateContextOption(context);
    if (identifier !== undefined)
      validateString(identifier, 'options.identifier');
    const name = identifier ?? nextIdentifier(context);
    const wrap = make(name, this);
    this.#inside = {
      kind,
      wrap,
      context,
      identifier: name,
      requests: undefined,
      specifiers: undefined,
      linking: false,
      failed: false,
      error: undefined,
      stopped: undefined,
    };
  }

  static {
    insideOf = (module) =>
      (typeof module === 'object' && module !== null && #inside in module ?
        module.#inside : undefined);
  }

  get identifier() {
    return own(this).identifier;
  }

  get context() {
    return own(this).context;
  }

  get namespace() {
    const inside = own(this);
    if (inside.wrap.getStatus() < kInstantiated)
      throw new ERR_VM_MODULE_STATUS('must not be unlinked or linking');
    return inside.wrap.getNamespace();
  }

  get status() {
    return statusOf(own(this));
  }

  get error() {
    return errorOf(own(this));
  }

  async link(linker) {
    const inside = own(this);
    validateFunction(linker, 'linker');
    const status = statusOf(inside);
    if (status === 'linked')
      throw new ERR_VM_MODULE_ALREADY_LINKED();
    if (status !== 'unlinked')
      throw new ERR_VM_MODULE_STATUS('must be unlinked');
    await linkAll(this, inside, linker);
    inside.wrap.instantiate();
  }

  // Not an async function: without top-level await, the promise is settled at once.
  evaluate(options = none) {
    try {
      const inside = own(this);
      validateObject(options, 'options');
      let { timeout } = options;
      if (timeout === undefined)
        timeout = -1;
      else
        validateUint32(timeout, 'options.timeout', true);
      const { breakOnSigint = false } = options;
      validateBoolean(breakOnSigint, 'options.breakOnSigint');
      const status = inside.wrap.getStatus();
      if (status < kInstantiated || status === kEvaluating)
        throw new ERR_VM_MODULE_STATUS('must be one of linked, evaluated, or errored');
      return run(inside, timeout, breakOnSigint);
    } catch (error) {
      return PromiseReject(error);
    }
  }

  [inspectCustom](depth, options) {
    const inside = own(this);
    if (typeof depth === 'number' && depth < 0)
      return options.stylize(`[${this.constructor?.name || 'Module'}]`, 'special');
    const shown = {
      __proto__: ObjectGetPrototypeOf(this),
      status: statusOf(inside),
      identifier: inside.identifier,
      context: inside.context,
    };
    return require('internal/util/inspect').inspect(shown, { ...options, customInspect: false });
  }
}

// Not super(): that calls whatever a script has made the prototype of a class.
function construct(options, newTarget) {
  wish = options;
  return ReflectConstruct(Module, [options], newTarget);
}

function own(module, kind = 'Module') {
  const inside = insideOf(module);
  if (inside === undefined || (kind !== 'Module' && inside.kind !== kind))
    throw new ERR_INVALID_THIS(kind);
  return inside;
}

const ownText = (module) => own(module, 'SourceTextModule');
const ownSynthetic = (module) => own(module, 'SyntheticModule');

// A module that was stopped stays so: V8 would give a promise that never settles.
function run(inside, timeout, breakOnSigint) {
  if (inside.stopped !== undefined)
    throw inside.stopped.error;
  const before = inside.wrap.getStatus();
  try {
    const start = () => inside.wrap.evaluate(timeout, breakOnSigint);
    return breakOnSigint ? sigintListeners.without(start) : start();
  } catch (error) {
    if (before === kInstantiated)
      inside.stopped = { __proto__: null, error };
    throw error;
  }
}

function statusOf(inside) {
  if (inside.failed)
    return 'errored';
  return inside.linking ? 'linking' : statusNames[inside.wrap.getStatus()];
}

function errorOf(inside) {
  if (inside.failed)
    return inside.error;
  if (inside.wrap.getStatus() !== kErrored)
    throw new ERR_VM_MODULE_STATUS('must be errored');
  return inside.wrap.getError();
}

// -- requests and links -----------------------------------------------------------------

// A frozen list of frozen objects without prototypes.
function requestsOf(inside) {
  if (inside.requests !== undefined)
    return inside.requests;
  const requests = inside.wrap.getModuleRequests();
  const made = [];
  for (let i = 0; i < requests.length; ++i) {
    const request = requests[i];
    const attributes = { __proto__: null };
    for (let k = 2; k < request.length; k += 2)
      attributes[request[k]] = request[k + 1];
    ArrayPrototypePush(made, ObjectFreeze({
      __proto__: null,
      specifier: request[0],
      attributes: ObjectFreeze(attributes),
      phase: request[1] ? 'source' : 'evaluation',
    }));
  }
  inside.requests = ObjectFreeze(made);
  return inside.requests;
}

async function linkOne(inside, specifier, given, linker) {
  const target = await given;
  const found = insideOf(target);
  if (found === undefined)
    throw new ERR_VM_MODULE_NOT_MODULE();
  if (found.context !== inside.context)
    throw new ERR_VM_MODULE_DIFFERENT_CONTEXT();
  const status = statusOf(found);
  if (status === 'errored')
    throw new ERR_VM_MODULE_LINK_FAILURE(
      `request for '${specifier}' resolved to an errored module`, errorOf(found));
  if (status === 'unlinked')
    await linkAll(target, found, linker);
  return found.wrap;
}

async function linkAll(module, inside, linker) {
  inside.linking = true;
  try {
    const requests = requestsOf(inside);
    const wraps = [];
    const open = [];
    for (let i = 0; i < requests.length; ++i) {
      const { specifier, attributes } = requests[i];
      // One that throws is asked no more.
      const given = linker(specifier, module, { attributes, assert: attributes });
      ArrayPrototypePush(open, PromisePrototypeThen(
        linkOne(inside, specifier, given, linker), (wrap) => {
          wraps[i] = wrap;
        }));
    }
    await all(open);
    checkSame(requests, wraps);
    // Somebody else may have had it evaluated meanwhile.
    if (inside.wrap.getStatus() === kUninstantiated)
      inside.wrap.setLinked(wraps);
  } catch (error) {
    inside.failed = true;
    inside.error = error;
    throw error;
  } finally {
    inside.linking = false;
  }
}

// As errors name a request.
function keyOf({ specifier, attributes }) {
  let key = `ModuleCacheKey(${JSONStringify(specifier)}`;
  for (const name in attributes)
    key += ` ${JSONStringify(name)}: ${JSONStringify(attributes[name])}`;
  return `${key})`;
}

// Requests that differ in their phase only lead to the same module.
function checkSame(requests, wraps) {
  const seen = { __proto__: null };
  for (let i = 0; i < requests.length; ++i) {
    const key = keyOf(requests[i]);
    const first = seen[key];
    if (first === undefined)
      seen[key] = i;
    else if (wraps[first] !== wraps[i])
      throw new ERR_MODULE_LINK_MISMATCH(
        `Module request '${key}' at index ${first} must be linked to the same module requested ` +
        `at index ${i}`);
  }
}

// -- SourceTextModule -------------------------------------------------------------------

class SourceTextModule extends Module {
  constructor(sourceText, options = none) {
    validateString(sourceText, 'sourceText');
    validateObject(options, 'options');
    const {
      lineOffset = 0,
      columnOffset = 0,
      initializeImportMeta,
      importModuleDynamically,
      context,
      identifier,
      cachedData,
    } = options;
    validateInt32(lineOffset, 'options.lineOffset');
    validateInt32(columnOffset, 'options.columnOffset');
    if (initializeImportMeta !== undefined)
      validateFunction(initializeImportMeta, 'options.initializeImportMeta');
    if (importModuleDynamically !== undefined)
      validateFunction(importModuleDynamically, 'options.importModuleDynamically');
    if (cachedData !== undefined && !isArrayBufferView(cachedData))
      throw new ERR_INVALID_ARG_TYPE(
        'options.cachedData', ['Buffer', 'TypedArray', 'DataView'], cachedData);
    const make = (name, module) => {
      // It is in the module's code: as long as that lives, so does this object.
      const symbol = Symbol(name);
      const wrap = new ModuleWrap(
        name, context, sourceText, lineOffset, columnOffset, cachedData, symbol,
        initializeImportMeta && ((meta) => {
          initializeImportMeta(meta, module);
        }));
      if (cachedData !== undefined && wrap.cachedDataRejected)
        throw withCode(new Error('cachedData buffer was rejected'),
                       'ERR_VM_MODULE_CACHED_DATA_REJECTED');
      registerImportCallback(symbol, importModuleDynamically, module, wrap);
      return wrap;
    };
    return construct({ kind: 'SourceTextModule', context, identifier, make }, new.target);
  }

  linkRequests(modules) {
    const inside = ownText(this);
    if (statusOf(inside) !== 'unlinked')
      throw new ERR_VM_MODULE_STATUS('must be unlinked');
    validateArray(modules, 'modules');
    const requests = requestsOf(inside);
    const { length } = modules;
    if (length !== requests.length)
      throw new ERR_MODULE_LINK_MISMATCH(`Expected ${requests.length} modules, got ${length}`);
    const wraps = [];
    for (let i = 0; i < length; ++i) {
      const found = insideOf(modules[i]);
      if (found === undefined)
        throw new ERR_VM_MODULE_NOT_MODULE();
      if (found.context !== inside.context)
        throw new ERR_VM_MODULE_DIFFERENT_CONTEXT();
      ArrayPrototypePush(wraps, found.wrap);
    }
    checkSame(requests, wraps);
    inside.wrap.setLinked(wraps);
  }

  instantiate() {
    const inside = ownText(this);
    if (inside.wrap.getStatus() !== kUninstantiated || statusOf(inside) !== 'unlinked')
      throw new ERR_VM_MODULE_STATUS('must be unlinked');
    if (!inside.wrap.isLinked())
      throw withCode(new Error('module is not linked'), 'ERR_VM_MODULE_LINK_FAILURE');
    inside.wrap.instantiate();
  }

  get dependencySpecifiers() {
    const inside = ownText(this);
    if (inside.specifiers === undefined) {
      const requests = requestsOf(inside);
      const specifiers = [];
      for (let i = 0; i < requests.length; ++i)
        ArrayPrototypePush(specifiers, requests[i].specifier);
      inside.specifiers = ObjectFreeze(specifiers);
    }
    return inside.specifiers;
  }

  get moduleRequests() {
    return requestsOf(ownText(this));
  }

  get status() {
    return statusOf(ownText(this));
  }

  get error() {
    return errorOf(ownText(this));
  }

  hasAsyncGraph() {
    const { wrap } = ownText(this);
    if (wrap.getStatus() < kInstantiated)
      throw new ERR_VM_MODULE_STATUS('must be instantiated');
    return wrap.isGraphAsync();
  }

  hasTopLevelAwait() {
    return ownText(this).wrap.hasTopLevelAwait();
  }

  createCachedData() {
    const inside = ownText(this);
    const status = statusOf(inside);
    if (status === 'evaluating' || status === 'evaluated' || status === 'errored')
      throw new ERR_VM_MODULE_CANNOT_CREATE_CACHED_DATA();
    return inside.wrap.createCachedData();
  }
}

// -- SyntheticModule --------------------------------------------------------------------

class SyntheticModule extends Module {
  constructor(exportNames, evaluateCallback, options = none) {
    const names = [];
    let sound = ArrayIsArray(exportNames);
    for (let i = 0; sound && i < exportNames.length; ++i) {
      const name = exportNames[i];
      sound = typeof name === 'string';
      ArrayPrototypePush(names, name);
    }
    if (!sound)
      throw new ERR_INVALID_ARG_TYPE('exportNames', 'Array of unique strings', exportNames);
    const seen = { __proto__: null };
    for (let i = 0; i < names.length; ++i) {
      if (seen[names[i]])
        throw new ERR_INVALID_ARG_VALUE(`exportNames.${names[i]}`, names[i], 'is duplicated');
      seen[names[i]] = true;
    }
    validateFunction(evaluateCallback, 'evaluateCallback');
    validateObject(options, 'options');
    const { context, identifier } = options;
    const make = (name, module) => new ModuleWrap(name, context, names, () => {
      ReflectApply(evaluateCallback, module, []);
    });
    return construct({ kind: 'SyntheticModule', context, identifier, make }, new.target);
  }

  // There is nothing to link.
  link() {
    ownSynthetic(this);
    return new Promise((resolve) => resolve());
  }

  setExport(name, value) {
    const { wrap } = ownSynthetic(this);
    validateString(name, 'name');
    wrap.setExport(name, value);
  }
}

module.exports = { Module, SourceTextModule, SyntheticModule, insideOf, errorOf, statusOf };

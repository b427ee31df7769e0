'use strict';

// node:vm (https://nodejs.org/docs/latest-v24.x/api/vm.html). What touches V8 is in
// runtime/node_vm/; here are the names, the checks of arguments and their order. Options
// are read once.

const {
  ArrayPrototypePush,
  ObjectFreeze,
  ReflectApply,
  Symbol,
} = primordials;

const {
  ContextifyScript,
  compileFunction: compileNative,
  hasBuffer,
  makeContext,
  measureMemory: measureNative,
  setBufferPrototype,
} = internalBinding('vm');

const { codes } = require('internal/errors');
const { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } = codes;
const sigintListeners = require('internal/sigint_listeners');
const { isArrayBufferView, isProxy } = require('internal/util/types');
const {
  kValidateObjectAllowArray,
  validateArray,
  validateBoolean,
  validateInt32,
  validateObject,
  validateOneOf,
  validateString,
  validateUint32,
} = require('internal/validators');
const {
  checkImportCallback,
  importSymbol,
  registerImportCallback,
  useMainContextDefaultLoader,
} = require('internal/vm/imports');
const { Module, SourceTextModule, SyntheticModule } = require('internal/vm/module');

// Code caches are a Buffer where there is one.
if (hasBuffer)
  setBufferPrototype(require('internal/buffer').FastBuffer.prototype);

const none = ObjectFreeze({ __proto__: null });
const dontContextify = Symbol('vm_context_no_contextify');
const parsingContextKey = Symbol('script parsing context');

// -- contexts ---------------------------------------------------------------------------

// Marks objects as contexts: `new ContextMark(object)` gives the object itself a private field,
// which V8 finds quicker than an entry in a set, and no script sees.
class ContextMark extends (function itself(object) { return object; }) {
  #made;
  static isOn(value) {
    return typeof value === 'object' && value !== null && #made in value;
  }
}

function isContext(object) {
  validateObject(object, 'object', kValidateObjectAllowArray);
  return ContextMark.isOn(object);
}

function validateContext(contextifiedObject) {
  if (!isContext(contextifiedObject))
    throw new ERR_INVALID_ARG_TYPE('contextifiedObject', 'vm.Context', contextifiedObject);
}

function validateCodeGeneration(codeGeneration, name) {
  if (codeGeneration === undefined)
    return undefined;
  validateObject(codeGeneration, name);
  const { strings = true, wasm = true } = codeGeneration;
  validateBoolean(strings, `${name}.strings`);
  validateBoolean(wasm, `${name}.wasm`);
  return { strings, wasm };
}

let lastContext = 0;

function createContext(contextObject = {}, options = none) {
  const ordinary = contextObject === dontContextify;
  if (!ordinary && isContext(contextObject))
    return contextObject;
  validateObject(options, 'options');
  const {
    name = `VM Context ${++lastContext}`,
    origin,
    codeGeneration,
    microtaskMode,
    importModuleDynamically,
  } = options;
  validateString(name, 'options.name');
  if (origin !== undefined)
    validateString(origin, 'options.origin');
  const { strings, wasm } = validateCodeGeneration(codeGeneration, 'options.codeGeneration') ??
    { strings: true, wasm: true };
  validateOneOf(microtaskMode, 'options.microtaskMode', ['afterEvaluate', undefined]);
  checkImportCallback(importModuleDynamically);
  const symbol = importSymbol(importModuleDynamically, name);
  const made = makeContext(ordinary ? undefined : contextObject, name, origin, strings, wasm,
                           microtaskMode === 'afterEvaluate', symbol);
  if (!ContextMark.isOn(made)) // by a getter among the options
    new ContextMark(made);
  registerImportCallback(symbol, importModuleDynamically, made);
  return made;
}

// The options of a context among those of `runInNewContext`.
function contextOptionsOf(options) {
  if (!options)
    return none;
  const { contextName, contextOrigin, microtaskMode, contextCodeGeneration } = options;
  if (contextName !== undefined)
    validateString(contextName, 'options.contextName');
  if (contextOrigin !== undefined)
    validateString(contextOrigin, 'options.contextOrigin');
  const codeGeneration =
    validateCodeGeneration(contextCodeGeneration, 'options.contextCodeGeneration');
  if (microtaskMode !== undefined)
    validateString(microtaskMode, 'options.microtaskMode');
  return {
    name: contextName,
    origin: contextOrigin,
    codeGeneration,
    microtaskMode,
    importModuleDynamically: undefined,
  };
}

// -- scripts ----------------------------------------------------------------------------

function validateCachedData(cachedData) {
  if (cachedData !== undefined && !isArrayBufferView(cachedData))
    throw new ERR_INVALID_ARG_TYPE(
      'options.cachedData', ['Buffer', 'TypedArray', 'DataView'], cachedData);
}

const { runInContext: runNative } = ContextifyScript.prototype;

function run(script, contextifiedObject, options = none) {
  validateObject(options, 'options');
  let { timeout } = options;
  if (timeout === undefined)
    timeout = -1;
  else
    validateUint32(timeout, 'options.timeout', true);
  const { displayErrors = true, breakOnSigint = false } = options;
  validateBoolean(displayErrors, 'options.displayErrors');
  validateBoolean(breakOnSigint, 'options.breakOnSigint');
  const given = [contextifiedObject, timeout, displayErrors, breakOnSigint];
  if (breakOnSigint)
    return sigintListeners.without(() => ReflectApply(runNative, script, given));
  return ReflectApply(runNative, script, given);
}

class Script extends ContextifyScript {
  constructor(code, options = none) {
    code = `${code}`;
    if (typeof options === 'string')
      options = { __proto__: null, filename: options };
    else
      validateObject(options, 'options');
    const {
      filename = 'evalmachine.<anonymous>',
      lineOffset = 0,
      columnOffset = 0,
      cachedData,
      produceCachedData = false,
      importModuleDynamically,
      [parsingContextKey]: parsingContext,
    } = options;
    validateString(filename, 'options.filename');
    validateInt32(lineOffset, 'options.lineOffset');
    validateInt32(columnOffset, 'options.columnOffset');
    validateCachedData(cachedData);
    validateBoolean(produceCachedData, 'options.produceCachedData');
    checkImportCallback(importModuleDynamically);
    const symbol = importSymbol(importModuleDynamically, filename);
    super(code, filename, lineOffset, columnOffset, cachedData, produceCachedData,
          parsingContext, symbol);
    registerImportCallback(symbol, importModuleDynamically, this);
  }

  runInThisContext(options) {
    return run(this, null, options);
  }

  runInContext(contextifiedObject, options) {
    validateContext(contextifiedObject);
    return run(this, contextifiedObject, options);
  }

  runInNewContext(contextObject, options) {
    return this.runInContext(createContext(contextObject, contextOptionsOf(options)), options);
  }
}

function createScript(code, options) {
  return new Script(code, options);
}

function withParsingContext(options, context) {
  return typeof options === 'string' ?
    { __proto__: null, filename: options, [parsingContextKey]: context } :
    { __proto__: null, ...options, [parsingContextKey]: context };
}

function runInContext(code, contextifiedObject, options) {
  validateContext(contextifiedObject);
  options = withParsingContext(options, contextifiedObject);
  return createScript(code, options).runInContext(contextifiedObject, options);
}

function runInNewContext(code, contextObject, options) {
  if (typeof options === 'string')
    options = { __proto__: null, filename: options };
  contextObject = createContext(contextObject, contextOptionsOf(options));
  options = withParsingContext(options, contextObject);
  return createScript(code, options).runInContext(contextObject, options);
}

function runInThisContext(code, options) {
  if (typeof options === 'string')
    options = { __proto__: null, filename: options };
  return createScript(code, options).runInThisContext(options);
}

// -- functions --------------------------------------------------------------------------

// V8 keeps the number of parameters in 16 bits, and looks through extensions by recursion.
const kParametersMax = 65534;
const kExtensionsMax = 256;

function compileFunction(code, params, options = none) {
  validateString(code, 'code');
  const names = [];
  if (params !== undefined) {
    validateArray(params, 'params');
    const { length } = params;
    if (length > kParametersMax)
      throw new ERR_OUT_OF_RANGE('params.length', `<= ${kParametersMax}`, length);
    for (let i = 0; i < length; ++i) {
      const name = params[i];
      validateString(name, `params[${i}]`);
      ArrayPrototypePush(names, name);
    }
  }
  validateObject(options, 'options');
  const {
    filename = '',
    columnOffset = 0,
    lineOffset = 0,
    cachedData,
    produceCachedData = false,
    parsingContext,
    contextExtensions,
    importModuleDynamically,
  } = options;
  validateString(filename, 'options.filename');
  validateInt32(columnOffset, 'options.columnOffset');
  validateInt32(lineOffset, 'options.lineOffset');
  validateCachedData(cachedData);
  validateBoolean(produceCachedData, 'options.produceCachedData');
  if (parsingContext !== undefined && !ContextMark.isOn(parsingContext))
    throw new ERR_INVALID_ARG_TYPE('options.parsingContext', 'Context', parsingContext);
  const extensions = [];
  if (contextExtensions !== undefined) {
    validateArray(contextExtensions, 'options.contextExtensions');
    const { length } = contextExtensions;
    if (length > kExtensionsMax)
      throw new ERR_OUT_OF_RANGE('options.contextExtensions.length', `<= ${kExtensionsMax}`, length);
    for (let i = 0; i < length; ++i) {
      const extension = contextExtensions[i];
      const name = `options.contextExtensions[${i}]`;
      validateObject(extension, name);
      // V8 cannot look variables up in them.
      if (isProxy(extension))
        throw new ERR_INVALID_ARG_VALUE(name, extension, 'must not be a proxy');
      ArrayPrototypePush(extensions, extension);
    }
  }
  checkImportCallback(importModuleDynamically);
  const symbol = importSymbol(importModuleDynamically, filename);
  const made = compileNative(code, filename, lineOffset, columnOffset, cachedData,
                             produceCachedData, parsingContext, extensions, names, symbol);
  const compiled = typeof made === 'function' ? made : withCacheProperties(made);
  registerImportCallback(symbol, importModuleDynamically, compiled);
  return compiled;
}

function withCacheProperties(made) {
  const { function: compiled } = made;
  if (made.cachedDataRejected !== undefined)
    compiled.cachedDataRejected = made.cachedDataRejected;
  if (made.cachedDataProduced !== undefined)
    compiled.cachedDataProduced = made.cachedDataProduced;
  if (made.cachedData !== undefined)
    compiled.cachedData = made.cachedData;
  return compiled;
}

// -- memory -----------------------------------------------------------------------------

function measureMemory(options = none) {
  validateObject(options, 'options');
  const { mode = 'summary', execution = 'default' } = options;
  validateOneOf(mode, 'options.mode', ['summary', 'detailed']);
  validateOneOf(execution, 'options.execution', ['default', 'eager']);
  return measureNative(mode === 'detailed', execution === 'eager');
}

const constants = ObjectFreeze({
  __proto__: null,
  USE_MAIN_CONTEXT_DEFAULT_LOADER: useMainContextDefaultLoader,
  DONT_CONTEXTIFY: dontContextify,
});

module.exports = {
  Script,
  createContext,
  createScript,
  runInContext,
  runInNewContext,
  runInThisContext,
  isContext,
  compileFunction,
  measureMemory,
  constants,
  Module,
  SourceTextModule,
  SyntheticModule,
};

'use strict';

// `node:test` (https://nodejs.org/api/test.html), for programs that are run by themselves:
// tests start when the program has been read, and the report `spec` goes to standard output.

const { ObjectAssign, ObjectDefineProperty, PromiseResolve } = primordials;

const { register } = require('internal/test/assertions');
const { owner } = require('internal/test/harness');
const { MockTracker } = require('internal/test/mock');
const { checkOptions, findPlace, readArguments, readHook, withOption } =
  require('internal/test/options');
const scope = require('internal/test/scope');
const { codes: { ERR_FEATURE_UNAVAILABLE } } = require('internal/errors');

const variants = ['expectFailure', 'skip', 'todo', 'only'];

function add(kind, { name, options, fn }) {
  checkOptions(options);
  const parent = owner();
  const test = parent.add(kind, { name, options, fn }, findPlace());
  // A suite's own are awaited by the suite.
  return parent.kind === 'suite' ? PromiseResolve() : test.promise;
}

// `test` or `describe`, with `.skip` and so on.
function makeAdder(kind) {
  const adder = (name, options, fn) => add(kind, readArguments(name, options, fn));
  ObjectDefineProperty(adder, 'name', { __proto__: null, value: 'test', configurable: true });
  for (let i = 0; i < variants.length; ++i) {
    const key = variants[i];
    adder[key] = (name, options, fn) => {
      const settings = readArguments(name, options, fn);
      return add(kind, ObjectAssign(settings, { options: withOption(settings.options, key) }));
    };
  }
  return adder;
}

const makeHook = (kind) => (fn, options) => {
  owner().hooks.add(kind, readHook(fn, options));
};

const test = makeAdder('test');
const suite = makeAdder('suite');

let mock;

module.exports = ObjectAssign(test, {
  after: makeHook('after'),
  afterEach: makeHook('afterEach'),
  assert: { register },
  before: makeHook('before'),
  beforeEach: makeHook('beforeEach'),
  describe: suite,
  getTestContext: () => scope.current()?.context,
  it: test,
  run() {
    throw new ERR_FEATURE_UNAVAILABLE('run()', 'start programs with tests by themselves');
  },
  suite,
  test,
});
ObjectDefineProperty(module.exports, 'mock', {
  __proto__: null,
  get: () => mock ??= new MockTracker(),
  enumerable: true,
  configurable: true,
});

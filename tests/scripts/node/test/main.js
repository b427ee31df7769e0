// Tests of node:test, run as programs of their own: `main.js child KIND`. expected.txt is what
// Node prints, without times and without frames that are not of this file.
'use strict';
const { test, describe, it, before, after, beforeEach, afterEach, mock } = require('node:test');
const { spawnSync } = require('node:child_process');
const assert = require('node:assert');
const log = [];
const say = (...what) => log.push(what.join(' '));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const fails = (text = 'fails') => { throw new Error(text); };

const kinds = {
  results() {
    test('passes', (t) => say(t.name, t.fullName, t.signal.aborted, typeof t.diagnostic('told')));
    test('differs', () => assert.strictEqual(1, 2));
    test('throws a text', () => { throw 'text'; });
    test('throws nothing', () => { throw undefined; });
    test('rejects', async () => { throw new RangeError('late'); });
    test('has a cause and more', () => { throw Object.assign(new Error('a\nb'), { code: 'E', more: [1] }); });
    test('calls back', (t, done) => setImmediate(done));
    test('calls back with an error', (t, done) => done(new TypeError('given')));
    test('calls back twice', (t, done) => { done(); done(); });
    test('calls back and promises', async (t, done) => done());
    test('throws later', () => new Promise(() => setTimeout(() => fails('uncaught'), 1)));
    test('rejects aside', async () => { Promise.reject(new Error('unhandled')); await sleep(5); });
    test('times out', { timeout: 5 }, async (t) => { t.signal.onabort = () => say('aborted'); await sleep(40); });
    test('is aborted', { signal: AbortSignal.abort(new Error('stop')) }, () => say('never'));
    test('plans', { plan: 2 }, (t) => { t.assert.ok(true); t.test('counts', () => {}); });
    test('plans too much', (t) => { t.plan(2); t.assert.equal(1, 1); });
    test('plans and waits', (t) => { t.plan(1, { wait: 500 }); setTimeout(() => t.assert.ok(true), 2); });
    test('waits for', async (t) => { let n = 0; say(await t.waitFor(() => (++n < 3 ? fails() : n), { interval: 1 })); });
    test('skipped', { skip: 'reason' }, () => say('never'));
    test('skips itself', (t) => t.skip());
    test('to do', { todo: true }, () => fails('todo'));
    test.todo('to do, and works');
    test.skip('skipped too', () => say('never'));
    test('is to fail', { expectFailure: true }, () => fails());
    test(function named() {});
    test(() => {});
  },
  trees() {
    before(() => say('before all'));
    after(() => say('after all'));
    beforeEach((t) => say('before', t.name));
    afterEach((t) => t.name !== 'long' && say('after', t.name));
    test('parent', async (t) => {
      t.after(() => say('end of parent'));
      t.beforeEach((inner) => say('parent before', inner.name));
      await t.test('first', () => say('first'));
      await t.test('second', async (u) => { await u.test('deep', (v) => { v.diagnostic('deep down'); fails(v.fullName); }); });
    });
    test('waits', (t) => { t.test('not awaited', () => sleep(2)); t.test('nor this', () => say('nor this')); });
    test('does not wait', async (t) => { await t.test('awaited', () => {}); t.test('long', () => sleep(2)); t.test('nor this', () => say('never')); });
    describe('suite', () => {
      before(() => say('suite before'));
      after(() => say('suite after'));
      beforeEach(() => say('suite before each'));
      it('one', (t) => say(t.fullName));
      it.skip('two');
      describe('inner', () => { it('three', (t) => say(t.fullName)); });
    });
    describe('async suite', async () => { await sleep(1); it('comes later', () => {}); });
    describe('before fails', () => { before(() => fails('in before')); it('one', () => say('never')); });
    describe('after fails', () => { after(() => fails('in after')); it('one', () => {}); });
    describe('each fails', () => { beforeEach(() => fails('in beforeEach')); it('one', () => say('never')); });
    describe('throws', () => { it('one', () => say('never')); fails('in suite'); });
    describe('takes too long', { timeout: 20 }, () => { it('long', () => sleep(60)); it('two', () => {}); });
    describe('side by side', { concurrency: true }, () => {
      it('slow', async () => { say('slow'); await sleep(20); say('slow ends'); });
      it('fast', async () => { say('fast'); await sleep(1); say('fast ends'); });
    });
    describe.todo('to do', () => { it('fails', () => fails()); });
    describe.skip('skipped', () => say('never'));
  },
  only() {
    test('left out', () => say('never'));
    test('chosen', { only: true }, async (t) => { t.runOnly(true); await t.test('no', () => say('never')); await t.test('yes', { only: true }, () => say('yes')); });
    describe('some', () => { it('no', () => say('never')); it.only('yes', () => say('yes')); });
    describe.only('all', () => { it('one', () => {}); it('two', () => {}); });
  },
  mocks() {
    const object = { factor: 2, times(n) { return n * this.factor; }, get double() { return this.factor * 2; } };
    test('functions', () => {
      const fn = mock.fn((a, b) => a + b, (a, b) => a * b, { times: 1 });
      say(fn(3, 4), fn(3, 4), fn.mock.callCount(), JSON.stringify(fn.mock.calls.map((call) => call.arguments)), fn.name, fn.length);
      fn.mock.mockImplementationOnce(() => 'once', 3); fn.mock.mockImplementation(() => 'other');
      say(fn(1, 1), fn(), fn(1, 2)); fn.mock.resetCalls(); say(fn.mock.callCount(), fn.mock.calls.length);
      const bad = mock.fn(() => fails('mocked')); assert.throws(bad, /mocked/); say(bad.mock.calls[0].error.message, bad.mock.calls[0].result);
      const Made = mock.fn(class A { constructor() { this.is = 1; } }); say(new Made().is, Made.mock.calls[0].target.name, Made.mock.calls[0].result.is);
    });
    test('methods', (t) => {
      const times = t.mock.method(object, 'times', function(n) { return [n, this.factor].join(); });
      say(object.times(5), object.times === times, times.mock.callCount()); times.mock.restore(); say(object.times(5), object.times.mock);
      t.mock.getter(object, 'double', () => 'got'); say(object.double); t.mock.method(object, 'times', () => 'mocked'); say(object.times(1));
      assert.throws(() => t.mock.method(object, 'factor'), { code: 'ERR_INVALID_ARG_VALUE' });
    });
    test('restored', () => say(object.times(5), object.double));
    test('timers', (t) => {
      t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: 1000 });
      const timer = setInterval(() => { say('interval', Date.now()); }, 10); setTimeout(say, 15, 'timeout'); setImmediate(() => say('immediate')); clearTimeout(setTimeout(() => say('never'), 1));
      t.mock.timers.tick(5); t.mock.timers.tick(20); clearInterval(timer); say(new Date().toISOString()); setTimeout(() => say('last', Date.now()), 500); t.mock.timers.runAll();
      assert.throws(() => t.mock.timers.enable(), { code: 'ERR_INVALID_STATE' });
    });
    test('real again', () => say(Date.now() > 1e12));
  },
};

// Times, places of folders, and frames but the first one are not compared.
const mask = (text) => text.replaceAll(`${__dirname}/`, '').replace(/\(\d[\d.]*ms\)/g, '(time)').replace(/duration_ms .*/, 'duration_ms time')
  .replace(/test at .*main\.js/g, 'test at main.js').replace(/^( +at (?!.*main\.js).*|( +at .*)\n(?: +at .*\n?)*)/gm, '$2\n');

if (process.argv[2] === 'child') {
  process.on('exit', (code) => { console.log(log.join('\n')); console.log('exit', code); });
  kinds[process.argv[3]]();
  say('read');
} else {
  for (const kind of Object.keys(kinds)) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, __filename, 'child', kind], { encoding: 'utf8' });
    console.log(`-- ${kind}: ${status}\n${mask(stdout)}${stderr}`);
  }
}

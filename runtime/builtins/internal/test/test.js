'use strict';

// A test, a suite, or the root of them all: runs its function with the hooks around it, and
// its subtests one after another unless `concurrency` says otherwise.

const {
  ArrayPrototypePush,
  Number,
  PromisePrototypeThen,
  PromiseRace,
  PromiseReject,
  PromiseResolve,
  PromiseWithResolvers,
} = primordials;

const { process } = require('internal/process');
const { AbortController } = require('internal/abort_controller');
const { clearTimeout, setTimeout } = require('internal/timers');
const { abortOf, callBody } = require('internal/test/body');
const { SuiteContext, TestContext } = require('internal/test/context');
const { TestFailure, kinds } = require('internal/test/failure');
const { Hooks } = require('internal/test/hooks');
const { Plan } = require('internal/test/plan');
const { Queue } = require('internal/test/queue');
const scope = require('internal/test/scope');
const { judge } = require('internal/test/verdict');

const { bigint: hrtime } = process.hrtime;
const now = () => Number(hrtime()) / 1e6;

const notFinished = 'test did not finish before its parent and was cancelled';
const parentFinished = 'test could not be started because its parent finished';

function concurrencyOf(given, parent) {
  if (given === undefined || given === null)
    return parent === null ? 1 : parent.queue.limit;
  return given === true ? Infinity : given === false ? 1 : given;
}

class Test {
  #stop = PromiseWithResolvers();
  #done = PromiseWithResolvers();
  #controller;
  #timer;
  #onAbort;
  #body; // of a suite: what its function has given

  constructor(kind, parent, { name, options, fn }, place, listener) {
    this.kind = kind;
    this.parent = parent;
    this.name = name;
    this.options = options;
    this.fn = fn;
    this.place = place;
    this.listener = listener; // hears of progress, and of what comes too late
    this.state = 'waiting'; // then 'running', 'done'
    this.subtests = [];
    this.reportedSubtests = 0;
    this.hooks = new Hooks(this);
    this.queue = new Queue(concurrencyOf(options.concurrency, parent), kind === 'test');
    this.error = null;
    this.hasRun = false; // to its end
    this.skipped = options.skip || false;
    this.isTodo = options.todo || (parent !== null && !!parent.isTodo);
    this.expectsFailure = options.expectFailure || false;
    this.only = !!options.only;
    this.someOnly = false; // only those of the subtests that are asked for
    this.filtered = false;
    this.diagnostics = [];
    this.plan = typeof options.plan === 'number' ? new Plan(options.plan) : null;
    this.context = kind === 'suite' ? new SuiteContext(this) : new TestContext(this);
    PromisePrototypeThen(this.#stop.promise, undefined, () => {});
    if (this.only)
      this.#tellOnly();
    if (kind === 'suite' && !this.skipped)
      this.#build();
  }

  get promise() {
    return this.#done.promise;
  }

  get signal() {
    return (this.#controller ??= new AbortController()).signal;
  }

  get fullName() {
    const names = this.name;
    return this.parent === null || this.parent.kind === 'root' ? names :
      `${this.parent.fullName} > ${names}`;
  }

  get passed() {
    return this.error === null;
  }

  // -- subtests -------------------------------------------------------------------------

  #tellOnly() {
    for (let at = this.parent; at !== null && at.kind !== 'test'; at = at.parent)
      at.someOnly = true;
  }

  isLeftOut() {
    return this.parent.someOnly && !this.only && !this.someOnly;
  }

  // Nobody hears of it.
  leaveOut() {
    this.filtered = true;
    this.state = 'done';
    this.#done.resolve();
  }

  // The function of a suite runs at once.
  #build() {
    let given;
    try {
      given = scope.within(this, () => callBody(this.fn, this.context, [this.context], () => {}));
    } catch (error) {
      given = PromiseReject(error);
    }
    if (given === undefined)
      return;
    this.#body = given;
    scope.build(this, PromiseResolve(given));
  }

  add(kind, settings, place) {
    if (this.state === 'done')
      return this.#addLate(kind, settings, place);
    const test = new Test(kind, this, settings, place, this.listener);
    ArrayPrototypePush(this.subtests, test);
    this.plan?.count();
    this.queue.add(test);
    return test;
  }

  #addLate(kind, settings, place) {
    let root = this;
    while (root.parent !== null)
      root = root.parent;
    const test = new Test('test', root, settings, place, this.listener);
    ArrayPrototypePush(root.subtests, test);
    test.startTime = now();
    test.conclude(new TestFailure(parentFinished, kinds.finished));
    return test;
  }

  async #joinSubtests() {
    // As in Node, one that has waited for a subtest itself does not wait for later ones.
    if (this.kind === 'test' && this.queue.wasIdle)
      return;
    for (let i = 0; i < this.subtests.length; ++i)
      if (this.subtests[i].state !== 'done')
        await this.subtests[i].promise;
  }

  // -- the run --------------------------------------------------------------------------

  async run() {
    this.state = 'running';
    this.startTime = now();
    const { signal } = this.options;
    if (signal?.aborted) {
      this.conclude(abortOf(signal));
      return;
    }
    if (this.skipped) {
      this.conclude();
      return;
    }
    this.#watch();
    try {
      const work = this.kind === 'suite' ? this.#workOfSuite() : this.#work();
      await PromiseRace([work, this.#stop.promise]);
    } catch (error) {
      this.fail(error);
    }
    await this.#cleanUp();
    this.conclude();
  }

  async #work() {
    if (this.parent.hooks.mustSettle)
      await this.parent.hooks.settle();
    const hooks = Hooks.above(this, 'beforeEach');
    if (hooks.length > 0)
      await Hooks.runEach(hooks, this);
    if (this.error !== null || this.state === 'done')
      return;
    const given = scope.within(this, () => callBody(
      this.fn, this.context, [this.context], (failure) => this.onSecondCall(failure)));
    if (given !== undefined)
      await given;
    await this.#joinSubtests();
    if (this.plan !== null)
      await this.plan.check();
    if (this.hooks.mustSettle)
      await this.hooks.settle();
    this.hasRun = true;
  }

  async #workOfSuite() {
    if (this.#body !== undefined)
      await this.#body;
    await this.parent.hooks.settle();
    await this.hooks.run('before');
    if (this.state === 'done')
      return;
    this.queue.open();
    await this.#joinSubtests();
    this.hasRun = true;
  }

  async #cleanUp() {
    try {
      const hooks = this.kind === 'test' ? Hooks.above(this, 'afterEach') : [];
      if (hooks.length > 0)
        await Hooks.runEach(hooks, this);
    } catch (error) {
      this.fail(TestFailure.of(error, kinds.hook));
    }
    try {
      if (this.hooks.has('after') && this.state !== 'done')
        await this.hooks.run('after');
    } catch (error) {
      this.fail(TestFailure.of(error, kinds.hook));
    }
  }

  // For the root, when everything else is over.
  async runAfter() {
    await this.#cleanUp();
  }

  #watch() {
    const { timeout, signal } = this.options;
    if (typeof timeout === 'number' && timeout !== Infinity)
      this.#timer = setTimeout(() => this.interrupt(
        new TestFailure(`test timed out after ${timeout}ms`, kinds.timedOut)), timeout);
    if (signal !== undefined) {
      this.#onAbort = () => this.interrupt(abortOf(signal));
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
  }

  #unwatch() {
    if (this.#timer !== undefined)
      clearTimeout(this.#timer);
    if (this.#onAbort !== undefined)
      this.options.signal.removeEventListener('abort', this.#onAbort);
  }

  onSecondCall(failure) {
    if (this.state === 'done')
      this.listener.onLate(this, failure, 'uncaughtException');
    else
      this.interrupt(failure);
  }

  fail(error) {
    this.error ??= TestFailure.of(error, kinds.threw);
  }

  // Ends it before its function has.
  interrupt(failure) {
    if (this.state !== 'running')
      return;
    this.fail(failure);
    (this.#controller ??= new AbortController()).abort();
    this.#stop.reject(failure);
  }

  // It is over, whatever still runs.
  conclude(failure) {
    if (this.state === 'done')
      return;
    if (failure !== undefined) {
      this.fail(failure);
      if (failure.cancels)
        (this.#controller ??= new AbortController()).abort();
    }
    this.#unwatch();
    this.queue.close();
    for (let i = 0; i < this.subtests.length; ++i)
      this.subtests[i].conclude(new TestFailure(notFinished, kinds.cancelled));
    judge(this);
    const wasActive = this.state === 'running';
    this.state = 'done';
    this.duration = this.startTime === undefined ? undefined : now() - this.startTime;
    this.#stop.resolve();
    if (this.kind === 'test')
      TestContext.end(this.context);
    this.listener.onDone(this);
    this.#done.resolve();
    if (wasActive)
      this.parent.queue.leave();
  }
}

module.exports = { Test };

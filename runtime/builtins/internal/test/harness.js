'use strict';

// The root of a program's tests: starts them when the program has been read, hears of errors
// that nobody caught, and ends with the summary.

const { ArrayPrototypeEvery, ArrayPrototypePush, Number, PromisePrototypeThen } = primordials;

const { process } = require('internal/process');
const { inspect } = require('internal/util/inspect');
const { setTimeout } = require('internal/timers');
const { TestFailure, kinds } = require('internal/test/failure');
const { Report, textOfPlace } = require('internal/test/report');
const scope = require('internal/test/scope');
const { Test } = require('internal/test/test');

// An error in words; not every value can be made a string.
const show = (error) => {
  try {
    return `${error}`;
  } catch {
    return inspect(error);
  }
};

// How long tests may wait for something that does not keep the program alive.
const graceTime = 1000;
const stillPending =
  'Promise resolution is still pending but the event loop has already resolved';

let root = null;
let report;
let startTime;
let isLoading = true;
let isOver = false;
let sawStrays = false;
let waitingSince = null;

const listener = {
  onDone() {
    report.tell(root);
  },
  onLog(test, message) {
    report.log(test, message);
  },
  onLate(test, error, event) {
    const at = test.place === undefined ? '' : ` at ${textOfPlace(test.place)}`;
    ArrayPrototypePush(
      root.diagnostics,
      `Error: Test "${test.name}"${at} generated asynchronous activity after the test ended. ` +
      `This activity created the error "${show(error)}" and would have caused the test to fail, but ` +
      `instead triggered an ${event} event.`);
  },
};

function getRoot() {
  if (root !== null)
    return root;
  report = new Report();
  const file = process.argv[1];
  root = new Test('root', null, { name: file, options: {}, fn() {} }, undefined, listener);
  root.state = 'running';
  startTime = process.hrtime.bigint();
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', (reason) => onStray(reason, 'unhandledRejection'));
  process.on('beforeExit', onIdle);
  begin();
  return root;
}

// After the reactions that the program's own statements have left.
async function begin() {
  for (let i = 0; i < 8; ++i)
    await undefined;
  isLoading = false;
  report.start();
  await scope.allBuilt();
  root.queue.open();
}

const owner = () => {
  getRoot();
  return scope.current(isLoading) ?? root;
};

// -- errors -----------------------------------------------------------------------------

function running(test) {
  for (let i = test.subtests.length - 1; i >= 0; --i)
    if (test.subtests[i].state === 'running')
      return running(test.subtests[i]);
  return test;
}

function onUncaught(error) {
  if (isLoading)
    throw error;
  onStray(error, 'uncaughtException');
}

function onStray(error, event) {
  const test = running(root);
  if (test !== root) {
    test.interrupt(TestFailure.of(error, kinds.threw));
    return;
  }
  sawStrays = true;
  process.exitCode = 1;
  ArrayPrototypePush(
    root.diagnostics,
    'Error: A resource generated asynchronous activity after the test ended. This activity ' +
    `created the error "${show(error)}" which triggered an ${event} event, caught by the test runner.`);
}

// -- the end ----------------------------------------------------------------------------

const isDone = () => ArrayPrototypeEvery(root.subtests, (test) => test.state === 'done');

// Nothing keeps the program alive any more.
function onIdle() {
  if (isOver)
    return;
  if (isDone()) {
    isOver = true;
    PromisePrototypeThen(root.runAfter(), finish);
    return;
  }
  const test = running(root);
  if (waitingSince !== test) {
    waitingSince = test;
    setTimeout(() => {}, graceTime);
    return;
  }
  if (root.queue.startAnother()) {
    setTimeout(() => {}, 1); // to hear of the end again
    return;
  }
  giveUp(test);
  isOver = true;
  PromisePrototypeThen(root.runAfter(), finish);
}

// `test`: the innermost one that runs.
function giveUp(test) {
  for (let at = test; at !== null; at = at.parent)
    for (let i = 0; i < at.subtests.length; ++i)
      at.subtests[i].conclude(new TestFailure(stillPending, kinds.cancelled));
}

function finish() {
  report.tell(root);
  for (let i = 0; i < root.diagnostics.length; ++i)
    report.diagnostic(root.diagnostics[i]);
  report.finish(root, Number(process.hrtime.bigint() - startTime) / 1e6);
  if (report.hasFailed || sawStrays)
    process.exitCode = 1;
}

module.exports = { owner };

'use strict';

// What is printed: results in the order of the tests, each when all before it are known; then
// sums and failures. Node's reporter `spec`.

const {
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  MathRound,
  NumberPrototypeToString,
  StringPrototypeRepeat,
  StringPrototypeReplaceAll,
  StringPrototypeSplit,
} = primordials;

const { relative } = require('internal/path').makePosix();
const { process } = require('internal/process');
const { wantsColour } = require('internal/util/colour');
const { inspect } = require('internal/util/inspect');
const { kinds } = require('internal/test/failure');

const { nextTick } = process;
const codes = { __proto__: null, red: 31, green: 32, yellow: 33, blue: 34, gray: 90 };

const indentOf = (test) => {
  let depth = 0;
  for (let at = test.parent; at !== null && at.kind !== 'root'; at = at.parent)
    ++depth;
  return StringPrototypeRepeat('  ', depth);
};

const textOfPlace = ({ file, line, column }) =>
  `${relative(process.cwd(), file)}:${line}:${column}`;

class Report {
  #text = '';
  #isLive = false;
  #colored = wantsColour(process.stdout.isTTY === true);
  hasFailed = false; // decides the exit status
  #failed = [];
  #counts = {
    __proto__: null,
    tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0,
  };

  // As in Node, the first results come a turn late, and so after what these tests have printed.
  start() {
    nextTick(() => {
      this.#isLive = true;
      this.#write();
    });
  }

  // -- results --------------------------------------------------------------------------

  // Everything below `test` that is known and not yet told.
  tell(test) {
    for (const { subtests } = test; test.reportedSubtests < subtests.length;) {
      const next = subtests[test.reportedSubtests];
      this.tell(next);
      if (next.state !== 'done')
        return;
      ++test.reportedSubtests;
      if (!next.filtered)
        this.#result(next);
    }
  }

  #result(test) {
    this.#open(test.parent);
    this.#count(test);
    const indent = indentOf(test);
    this.#line(`${indent}${this.#title(test)}`);
    for (let i = 0; i < test.diagnostics.length; ++i)
      this.diagnostic(test.diagnostics[i], indent);
    if (test.error !== null && test.error.failureType !== kinds.subtests)
      ArrayPrototypePush(this.#failed, test);
  }

  // The line above the first subtest.
  #open(test) {
    if (test.kind === 'root' || test.isOpen)
      return;
    this.#open(test.parent);
    test.isOpen = true;
    this.#line(`${indentOf(test)}\u25b6 ${test.name}`);
  }

  #title(test) {
    let note = '';
    if (test.skipped)
      note = typeof test.skipped === 'string' ? test.skipped : 'SKIP';
    else if (test.isTodo)
      note = typeof test.isTodo === 'string' ? test.isTodo : 'TODO';
    else if (test.expectsFailure)
      note = 'EXPECTED FAILURE';
    const time = test.duration === undefined ? '' : ` ${this.#paint(
      'gray', `(${NumberPrototypeToString(MathRound(test.duration * 1e6) / 1e6)}ms)`)}`;
    const { 0: symbol, 1: color } = this.#symbolOf(test);
    return this.#paint(color, `${symbol} ${test.name}${time}${note === '' ? '' : ` # ${note}`}`);
  }

  #symbolOf(test) {
    if (test.skipped)
      return ['\ufe63', 'gray'];
    if (test.passed)
      return ['\u2714', 'green'];
    return test.isTodo ? ['\u26a0', 'yellow'] : ['\u2716', 'red'];
  }

  diagnostic(text, indent = '') {
    this.#line(`${indent}${this.#paint('blue', `\u2139 ${text}`)}`);
  }

  log(test, text) {
    this.diagnostic(text, indentOf(test));
  }

  #count(test) {
    const counts = this.#counts;
    this.hasFailed ||= !test.passed && !test.isTodo && !test.skipped;
    if (test.kind === 'suite') {
      ++counts.suites;
      return;
    }
    ++counts.tests;
    if (test.skipped)
      ++counts.skipped;
    else if (test.isTodo)
      ++counts.todo;
    else if (test.passed)
      ++counts.pass;
    else if (test.error.cancels)
      ++counts.cancelled;
    else
      ++counts.fail;
  }

  // -- the end --------------------------------------------------------------------------

  finish(root, duration) {
    this.#isLive = false;
    if (root.error !== null) {
      root.duration = duration;
      this.#line(this.#title(root));
      ArrayPrototypePush(this.#failed, root);
    }
    for (const name in this.#counts)
      this.diagnostic(`${name} ${this.#counts[name]}`);
    this.diagnostic(`duration_ms ${duration}`);
    this.#failures();
    this.#write();
  }

  #failures() {
    if (this.#failed.length === 0)
      return;
    this.#line(`\n${this.#paint('red', '\u2716 failing tests:')}`);
    for (let i = 0; i < this.#failed.length; ++i)
      this.#failure(this.#failed[i]);
  }

  #failure(test) {
    const { place } = test;
    this.#line('');
    if (place !== undefined)
      this.#line(`test at ${textOfPlace(place)}`);
    this.#line(this.#title(test));
    const text = inspect(test.error.cause, { colors: this.#colored });
    const lines = StringPrototypeSplit(StringPrototypeReplaceAll(text, '\r\n', '\n'), '\n');
    this.#line(`  ${ArrayPrototypeJoin(lines, '\n  ')}`);
  }

  // -- text -----------------------------------------------------------------------------

  #paint(color, text) {
    return this.#colored ? `\u001b[${codes[color]}m${text}\u001b[39m` : text;
  }

  #line(text) {
    this.#text += `${text}\n`;
    if (this.#isLive)
      this.#write();
  }

  #write() {
    const text = this.#text;
    this.#text = '';
    if (text !== '')
      process.stdout.write(text);
  }
}

module.exports = { Report, textOfPlace };

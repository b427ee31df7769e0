'use strict';

// The subtests of a test that wait for their turn.

const { ArrayPrototypePush, ArrayPrototypeShift } = primordials;

class Queue {
  #waiting = [];
  #active = 0;
  #isOpen;
  #isFilling = false;

  constructor(limit, isOpen) {
    this.limit = limit; // how many run at once
    this.wasIdle = false; // once all there were had ended
    this.#isOpen = isOpen;
  }

  add(test) {
    ArrayPrototypePush(this.#waiting, test);
    this.#fill();
  }

  open() {
    this.#isOpen = true;
    this.#fill();
  }

  close() {
    this.#isOpen = false;
  }

  // One that ran has ended. The next one starts when who waits for that one has heard.
  async leave() {
    this.wasIdle ||= this.#active === 1 && this.#waiting.length === 0;
    await undefined;
    --this.#active;
    this.#fill();
  }

  // Where the one that runs does not get on. @returns whether there is another one.
  startAnother() {
    if (this.#waiting.length === 0)
      return false;
    ++this.limit;
    this.#fill();
    return true;
  }

  #fill() {
    if (this.#isFilling || !this.#isOpen)
      return;
    this.#isFilling = true;
    while (this.#waiting.length > 0 && this.#active < this.limit) {
      const test = ArrayPrototypeShift(this.#waiting);
      if (test.isLeftOut()) {
        test.leaveOut();
      } else if (test.state === 'waiting') {
        ++this.#active;
        test.run();
      }
    }
    this.#isFilling = false;
  }
}

module.exports = { Queue };

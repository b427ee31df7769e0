'use strict';

// Lines of a stream (https://nodejs.org/api/readline.html), without editing: an output is only
// written to, whether or not it is a terminal.

const {
  AsyncIteratorPrototype,
  DateNow,
  FunctionPrototypeCall,
  MathMax,
  NumberIsNaN,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
  Promise,
  PromisePrototypeThen,
  PromiseReject,
  StringPrototypeCharCodeAt,
  StringPrototypeSlice,
  SymbolAsyncIterator,
  SymbolDispose,
} = primordials;

const {
  AbortError,
  codes: { ERR_INVALID_ARG_VALUE, ERR_USE_AFTER_CLOSE },
} = require('internal/errors');
const EventEmitter = require('internal/events');
const { nextTick } = require('internal/process');
const { StringDecoder } = require('internal/string_decoder');
const { customPromisify } = require('internal/util');
const {
  validateAbortSignal, validateFunction, validateInteger, validateString,
} = require('internal/validators');

// -- lines --------------------------------------------------------------------------------

const lineFeed = 10;
const carriageReturn = 13;

const endsLine = (code) => code === lineFeed || code === carriageReturn || code === 0x2028 ||
  code === 0x2029;

// Cuts what comes in pieces at '\n', '\r', '\r\n' and Unicode's two.
class Lines {
  #decoder = new StringDecoder('utf8');
  #rest = '';
  #returnAt = 0; // when a '\r' was the last that came
  #delay;
  #told;

  constructor(delay, told) {
    this.#delay = delay;
    this.#told = told;
  }

  add(chunk) {
    let text = this.#decoder.write(chunk);
    if (text === '')
      return;
    if (this.#returnAt !== 0 && DateNow() - this.#returnAt <= this.#delay &&
        StringPrototypeCharCodeAt(text, 0) === lineFeed)
      text = StringPrototypeSlice(text, 1);
    this.#returnAt = 0;
    let start = 0;
    for (let i = 0; i < text.length; ++i) {
      const code = StringPrototypeCharCodeAt(text, i);
      if (!endsLine(code))
        continue;
      const line = this.#rest + StringPrototypeSlice(text, start, i);
      this.#rest = '';
      if (code === carriageReturn) {
        if (i + 1 === text.length)
          this.#returnAt = DateNow();
        else if (StringPrototypeCharCodeAt(text, i + 1) === lineFeed)
          ++i;
      }
      start = i + 1;
      this.#told(line);
    }
    this.#rest += StringPrototypeSlice(text, start);
  }

  // What has no end yet is the last line.
  end() {
    const line = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (line !== '')
      this.#told(line);
  }
}

// -- the interface --------------------------------------------------------------------------

function optionsOf(input, output) {
  if (input !== null && typeof input === 'object' && input.input !== undefined)
    return input;
  return { __proto__: null, input, output };
}

function Interface(input, output) {
  if (!(this instanceof Interface))
    return new Interface(input, output);
  const options = optionsOf(input, output);
  const { prompt = '> ', signal, crlfDelay } = options;
  validateString(prompt, 'prompt');
  validateAbortSignal(signal, 'options.signal');
  const { historySize } = options;
  if (historySize !== undefined &&
      (typeof historySize !== 'number' || NumberIsNaN(historySize) || historySize < 0))
    throw new ERR_INVALID_ARG_VALUE('historySize', historySize);
  FunctionPrototypeCall(EventEmitter, this);
  this.input = options.input;
  this.output = options.output;
  this.terminal = false;
  this.line = '';
  this.cursor = 0;
  this.closed = false;
  this.paused = false;
  this._prompt = prompt;
  this._question = null; // what is called with the next line
  const lines = new Lines(crlfDelay === undefined ? 100 : MathMax(100, crlfDelay),
                          (line) => takeLine(this, line));
  this._lines = lines;
  const onData = (chunk) => lines.add(chunk);
  const onEnd = () => {
    lines.end();
    this.close();
  };
  const onError = (error) => this.emit('error', error);
  this._forget = () => {
    this.input.removeListener('data', onData);
    this.input.removeListener('end', onEnd);
    this.input.removeListener('error', onError);
  };
  this.input.on('error', onError);
  this.input.on('data', onData);
  this.input.on('end', onEnd);
  this.input.resume();
  if (signal === undefined)
    return;
  const abort = () => this.close();
  if (signal.aborted) {
    nextTick(abort);
  } else {
    signal.addEventListener('abort', abort, { once: true });
    this.once('close', () => signal.removeEventListener('abort', abort));
  }
}
ObjectSetPrototypeOf(Interface.prototype, EventEmitter.prototype);
ObjectSetPrototypeOf(Interface, EventEmitter);

function takeLine(self, line) {
  const answer = self._question;
  if (answer === null) {
    self.emit('line', line);
    return;
  }
  self._question = null;
  self.setPrompt(answer.promptBefore);
  answer.take(line);
}

function mustBeOpen(self) {
  if (self.closed)
    throw new ERR_USE_AFTER_CLOSE('readline');
}

function ask(self, query, take) {
  mustBeOpen(self);
  if (self._question !== null) {
    self.prompt();
    return;
  }
  self._question = { promptBefore: self._prompt, take };
  self.setPrompt(query);
  self.prompt();
}

const methods = {
  getPrompt() {
    return this._prompt;
  },

  setPrompt(prompt) {
    this._prompt = prompt;
  },

  prompt() {
    if (this.paused)
      this.resume();
    this.output?.write(this._prompt);
  },

  question(query, options, callback) {
    if (typeof options === 'function') {
      callback = options;
      options = undefined;
    }
    const signal = options?.signal;
    validateAbortSignal(signal, 'options.signal');
    if (signal?.aborted || typeof callback !== 'function')
      return;
    let take = callback;
    if (signal !== undefined) {
      const abort = () => forgetQuestion(this, take);
      signal.addEventListener('abort', abort, { once: true });
      take = (line) => {
        signal.removeEventListener('abort', abort);
        callback(line);
      };
    }
    ask(this, query, take);
  },

  write(data) {
    mustBeOpen(this);
    if (this.paused)
      this.resume();
    if (data !== null && data !== undefined)
      this._lines.add(typeof data === 'string' ? data : `${data}`);
  },

  pause() {
    mustBeOpen(this);
    if (this.paused)
      return this;
    this.input.pause();
    this.paused = true;
    this.emit('pause');
    return this;
  },

  resume() {
    mustBeOpen(this);
    if (!this.paused)
      return this;
    this.input.resume();
    this.paused = false;
    this.emit('resume');
    return this;
  },

  close() {
    if (this.closed)
      return;
    this.pause();
    this._forget();
    this.closed = true;
    this.emit('close');
  },

  getCursorPos() {
    return { rows: 0, cols: this.cursor };
  },
};

{
  const names = primordials.ObjectKeys(methods);
  for (let i = 0; i < names.length; ++i)
    ObjectDefineProperty(Interface.prototype, names[i], {
      __proto__: null, value: methods[names[i]], writable: true, configurable: true,
      enumerable: false,
    });
}
if (SymbolDispose !== undefined)
  Interface.prototype[SymbolDispose] = function() {
    this.close();
  };

function forgetQuestion(self, take) {
  if (self._question?.take !== take)
    return;
  self.setPrompt(self._question.promptBefore);
  self._question = null;
  self.output?.write('\r\n');
}

Interface.prototype[SymbolAsyncIterator] = function() {
  const events = EventEmitter.on(this, 'line', { __proto__: null, close: ['close'] });
  const line = ({ value, done }) => ({ value: done ? undefined : value[0], done });
  const iterator = ObjectSetPrototypeOf({
    next: () => PromisePrototypeThen(events.next(), line),
    return: () => {
      this.close();
      return PromisePrototypeThen(events.return(), line);
    },
    throw: (error) => {
      this.close();
      return PromiseReject(error);
    },
    [SymbolAsyncIterator]() {
      return iterator;
    },
  }, AsyncIteratorPrototype);
  return iterator;
};

function questionPromise(self, query, options) {
  return new Promise((resolve, reject) => {
    const signal = options?.signal;
    validateAbortSignal(signal, 'options.signal');
    if (signal?.aborted)
      throw new AbortError(undefined, { cause: signal.reason });
    let abort;
    const take = (line) => {
      signal?.removeEventListener('abort', abort);
      resolve(line);
    };
    if (signal !== undefined) {
      abort = () => {
        forgetQuestion(self, take);
        reject(new AbortError(undefined, { cause: signal.reason }));
      };
      signal.addEventListener('abort', abort, { once: true });
    }
    ask(self, query, take);
  });
}

ObjectDefineProperty(Interface.prototype.question, customPromisify, {
  __proto__: null,
  value: function question(query, options) {
    return questionPromise(this, query, options);
  },
});

class PromisesInterface extends Interface {
  question(query, options = undefined) {
    return questionPromise(this, query, options);
  }
}

// -- a terminal's cursor --------------------------------------------------------------------

function send(stream, text, callback) {
  if (callback !== undefined)
    validateFunction(callback, 'callback');
  if (stream === null || stream === undefined || text === '') {
    if (callback !== undefined)
      nextTick(callback, null);
    return true;
  }
  return stream.write(text, callback);
}

function clearLine(stream, dir, callback) {
  return send(stream, dir < 0 ? '\u001b[1K' : dir > 0 ? '\u001b[0K' : '\u001b[2K', callback);
}

function clearScreenDown(stream, callback) {
  return send(stream, '\u001b[0J', callback);
}

function cursorTo(stream, x, y, callback) {
  if (typeof y === 'function') {
    callback = y;
    y = undefined;
  }
  validateInteger(x, 'x');
  return send(stream, typeof y === 'number' ? `\u001b[${y + 1};${x + 1}H` : `\u001b[${x + 1}G`,
              callback);
}

function moveCursor(stream, dx, dy, callback) {
  const across = dx < 0 ? `\u001b[${-dx}D` : dx > 0 ? `\u001b[${dx}C` : '';
  const down = dy < 0 ? `\u001b[${-dy}A` : dy > 0 ? `\u001b[${dy}B` : '';
  return send(stream, across + down, callback);
}

module.exports = {
  Interface,
  clearLine,
  clearScreenDown,
  createInterface: (input, output) => new Interface(input, output),
  cursorTo,
  moveCursor,
  promises: {
    Interface: PromisesInterface,
    createInterface: (input, output) => new PromisesInterface(input, output),
  },
};

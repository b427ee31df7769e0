'use strict';

// `stream.pipeline` (https://nodejs.org/api/stream.html): streams, iterables and functions of
// them, one after the other. The first error ends all.

const {
  ArrayIsArray,
  ArrayPrototypePop,
  ArrayPrototypePush,
  ArrayPrototypeShift,
  Promise,
  PromisePrototypeThen,
  SymbolAsyncIterator,
  SymbolIterator,
} = primordials;

const {
  codes: {
    ERR_INVALID_ARG_TYPE, ERR_INVALID_RETURN_VALUE, ERR_MISSING_ARGS, ERR_STREAM_DESTROYED,
    ERR_STREAM_PREMATURE_CLOSE,
  },
} = require('internal/streams/errors');
const { AbortController } = require('internal/abort_controller');
const { finished } = require('internal/streams/finished');
const {
  isIterable, isReadableStream, isStream, isWritableStream,
} = require('internal/streams/kinds');
const { abortErrorOf, destroyAny } = require('internal/streams/life');
const { nextTick } = require('internal/process');
const { Readable } = require('internal/streams/readable');
const { PassThrough } = require('internal/streams/transform');
const { validateAbortSignal, validateFunction } = require('internal/validators');

const isPremature = (error) => error?.code === 'ERR_STREAM_PREMATURE_CLOSE';

// One at a time, with an end for each.
async function* itemsOf(source) {
  if (isReadableStream(source) && typeof source[SymbolAsyncIterator] !== 'function')
    source = new Readable({ __proto__: null, objectMode: true }).wrap(source);
  yield* source;
}

// Writes what comes, and waits where the stream wants it.
async function pump(source, to, ends) {
  let wake = null;
  let failure = null;
  const look = () => {
    if (wake !== null)
      wake();
    wake = null;
  };
  const forget = finished(to, { __proto__: null, readable: false }, (error) => {
    failure = error ?? failure;
    look();
  });
  to.on('drain', look);
  const ready = async () => {
    while (failure === null && to.writableNeedDrain)
      await new Promise((resolve) => {
        wake = resolve;
      });
    if (failure !== null)
      throw failure;
  };
  try {
    await ready();
    for await (const chunk of source) {
      if (!to.write(chunk))
        await ready();
    }
    if (ends)
      to.end();
  } finally {
    forget();
    to.removeListener('drain', look);
  }
}

// Those of the process stay open.
function isOutput(stream) {
  const { process } = require('internal/process');
  return stream === process.stdout || stream === process.stderr;
}

function pipeline(...stages) {
  let callback = ArrayPrototypePop(stages);
  validateFunction(callback, 'streams[stream.length - 1]');
  let called = false;
  const given = callback;
  callback = (error, value) => {
    if (called)
      return;
    called = true;
    given(error, value);
  };
  return run(stages, callback);
}

function run(stages, callback, options = undefined) {
  if (stages.length === 1 && ArrayIsArray(stages[0]))
    stages = stages[0];
  if (stages.length < 2)
    throw new ERR_MISSING_ARGS('streams');
  const outer = options?.signal;
  validateAbortSignal(outer, 'options.signal');
  const controller = new AbortController();
  const { signal } = controller;
  const ends = options?.end ?? true;

  const destroys = []; // those that are to go with an error
  let failure;
  let value;
  let left = 1; // this function
  const onAbort = () => {
    ++left; // it was none of those that are waited for
    finishOne(abortErrorOf(outer));
  };

  // Something has come to its end.
  function finishOne(error) {
    --left;
    if (error && (!failure || isPremature(failure)))
      failure = error;
    if (!failure && left > 0)
      return;
    for (let destroy; (destroy = ArrayPrototypeShift(destroys)) !== undefined;)
      destroy(failure);
    outer?.removeEventListener('abort', onAbort);
    controller.abort();
    if (left === 0)
      nextTick(callback, failure, value);
  }

  // `reading`, `writing`: what of it belongs to us.
  function watch(stream, reading, writing) {
    ++left;
    let over = false;
    if (ends || !reading || writing)
      ArrayPrototypePush(destroys, (error) => {
        if (!over)
          destroyAny(stream, error || new ERR_STREAM_DESTROYED('pipe'));
        over = true;
      });
    finished(stream, { __proto__: null, readable: reading, writable: writing }, (error) => {
      over = !error;
      const state = stream._readableState;
      // A reader may close early what has been written to it, and read.
      if (isPremature(error) && reading && state?.ended && state.errored === null &&
          !state.errorEmitted) {
        stream.once('end', () => finishOne());
        stream.once('error', finishOne);
        return;
      }
      finishOne(error);
    });
  }

  let current;
  for (let i = 0; i < stages.length; ++i) {
    const stage = stages[i];
    const isLast = i === stages.length - 1;
    const reads = !isLast;
    const writes = i > 0;
    const isStdio = isLast && isOutput(stage);
    if (isStream(stage) && !isStdio) {
      if (ends || !isLast) {
        watch(stage, reads, writes);
      } else {
        const onError = (error) => {
          if (error && error.name !== 'AbortError' && !isPremature(error))
            finishOne(error);
        };
        stage.on('error', onError);
      }
    }
    if (i === 0) {
      if (typeof stage === 'function') {
        current = stage({ signal });
        if (!isIterable(current))
          throw new ERR_INVALID_RETURN_VALUE('Iterable, AsyncIterable or Stream', 'source',
                                             current);
      } else if (isIterable(stage) || isReadableStream(stage)) {
        current = stage;
      } else {
        throw new ERR_INVALID_ARG_TYPE('source', ['Stream', 'Iterable', 'AsyncIterable'], stage);
      }
    } else if (typeof stage === 'function') {
      const made = stage(itemsOf(current), { signal });
      if (isLast) {
        if (typeof made?.then !== 'function' && !isIterable(made))
          throw new ERR_INVALID_RETURN_VALUE('AsyncIterable or Promise', 'destination', made);
        ++left;
        const whole = typeof made.then === 'function' ? made : drain(made);
        current = new PassThrough({ __proto__: null, objectMode: true });
        const shown = current;
        PromisePrototypeThen(primordials.PromiseResolve(whole), (result) => {
          value = result;
          if (result !== null && result !== undefined)
            shown.write(result);
          if (ends)
            shown.end();
          nextTick(finishOne);
        }, (error) => {
          shown.destroy(error);
          nextTick(finishOne, error || new ERR_STREAM_PREMATURE_CLOSE());
        });
        watch(shown, false, true);
      } else {
        if (!isIterable(made))
          throw new ERR_INVALID_RETURN_VALUE('AsyncIterable', `transform[${i - 1}]`, made);
        current = made;
      }
    } else if (isWritableStream(stage)) {
      if (isReadableStream(current)) {
        pipeTo(current, stage, isLast ? ends && !isStdio : true);
      } else {
        ++left;
        PromisePrototypeThen(pump(current, stage, isLast ? ends && !isStdio : true),
                             () => finishOne(), finishOne);
      }
      current = stage;
    } else {
      throw new ERR_INVALID_ARG_TYPE(
        isLast ? 'destination' : `transform[${i - 1}]`,
        ['Stream', 'Function'], stage);
    }
  }

  function pipeTo(from, to, endsIt) {
    ++left;
    from.pipe(to, { __proto__: null, end: false });
    const end = () => {
      if (endsIt)
        to.end();
    };
    if (from.readableEnded)
      nextTick(end);
    else
      from.once('end', end);
    let over = false;
    const once = (error) => {
      if (over)
        return;
      over = true;
      finishOne(error);
    };
    finished(from, { __proto__: null, readable: true, writable: false }, (error) => {
      const state = from._readableState;
      if (isPremature(error) && state?.ended && state.errored === null && !state.errorEmitted) {
        from.once('end', () => once());
        from.once('error', once);
      } else {
        once(error);
      }
    });
  }

  if (outer?.aborted)
    nextTick(onAbort);
  else
    outer?.addEventListener('abort', onAbort, { once: true });
  nextTick(() => finishOne());
  return current;
}

async function drain(iterable) {
  const iterator = typeof iterable[SymbolAsyncIterator] === 'function' ?
    iterable[SymbolAsyncIterator]() : iterable[SymbolIterator]();
  for (let result; !(result = await iterator.next()).done;);
}

function pipelinePromise(...stages) {
  let options;
  const last = stages[stages.length - 1];
  if (last !== null && typeof last === 'object' && !isStream(last) && !isIterable(last)) {
    options = ArrayPrototypePop(stages);
    if (options.end === false && typeof stages[stages.length - 1] === 'function')
      throw new ERR_INVALID_ARG_TYPE('destination', 'Stream', stages[stages.length - 1]);
  }
  return new Promise((resolve, reject) => {
    run(stages, (error, value) => {
      if (error)
        reject(error);
      else
        resolve(value);
    }, options);
  });
}

module.exports = { pipeline, pipelinePromise };

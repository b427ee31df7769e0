// Streams: what is told, and in which order. expected.txt is what Node prints.
'use strict';
const stream = require('node:stream');
const promises = require('node:stream/promises');
const { promisify, inherits } = require('node:util');
const { Readable, Writable, Duplex, Transform, PassThrough, pipeline, finished } = stream;

const cases = [];
const test = (name, run) => cases.push({ name, run });
// Turns of the loop, not milliseconds: on a busy machine these pass before the work is done.
const settled = async () => { for (let i = 0; i < 50; ++i) await new Promise(setImmediate); };
const show = (error) => (error ? `${error.name} ${error.code} ${error.message}` : String(error));

// Tells of everything that happens to a stream.
function watch(s, log, name = '', events = ['end', 'finish', 'close', 'error', 'drain', 'pipe',
                                            'unpipe', 'pause', 'resume', 'prefinish', 'ready']) {
  for (const event of events)
    s.on(event, (e) => log(name + event, ...(event === 'error' ? [show(e)] : [])));
  return s;
}

const numbers = (n, options) => {
  let i = 0;
  return new Readable({ read() { this.push(i < n ? `${i++};` : null); }, ...options });
};
const collector = (list, options) => new Writable({
  write(chunk, encoding, done) { list.push(chunk.toString()); setImmediate(done); }, ...options });

// -- reading ------------------------------------------------------------------------------

test('flowing', async (log) => {
  const s = watch(numbers(3), log);
  s.on('data', (d) => log('data', d));
});
test('pushed before anybody listens', async (log) => {
  const s = new Readable({ read() {} });
  s.push('a'); s.push('b'); s.push(null);
  log(s.readableLength, s.readableFlowing);
  watch(s, log);
  s.on('data', (d) => log('data', String(d)));
  log(s.readableFlowing);
});
test('readable and read', async (log) => {
  const s = watch(numbers(3), log);
  s.on('readable', () => {
    log('readable', s.readableLength);
    for (let d; (d = s.read()) !== null;) log('read', String(d));
  });
});
test('read(n)', async (log) => {
  const s = new Readable({ read() {} });
  s.push('abcdef'); s.push('ghi');
  log(String(s.read(2)), String(s.read(5)), s.read(4), s.readableLength);
  s.push(null);
  log(String(s.read(4)), s.read());
  watch(s, log);
});
test('pause and resume', async (log) => {
  const s = watch(numbers(4), log);
  s.on('data', (d) => {
    log('data', String(d), s.isPaused());
    if (String(d) === '1;') { s.pause(); log(s.readableFlowing, s.isPaused()); setImmediate(() => s.resume()); }
  });
});
test('setEncoding and characters in pieces', async (log) => {
  const bytes = Buffer.from('a€😀b');
  const s = new Readable({ read() {} });
  s.setEncoding('utf8');
  for (const b of bytes) s.push(Buffer.from([b]));
  s.push(null);
  const list = [];
  for await (const t of s) list.push(t);
  log(list.join('|'), s.readableEncoding);
});
test('object mode', async (log) => {
  const s = new Readable({ objectMode: true, read() {} });
  log(s.readableHighWaterMark, s.readableObjectMode);
  log(s.push({ a: 1 }), s.push(''), s.push(0), s.push(false));
  s.push(null);
  log(s.read(), s.read(), s.read(), s.readableLength);
  for await (const v of s) log('value', v);
});
test('unshift', async (log) => {
  const s = new Readable({ read() {} });
  s.push('world');
  s.unshift('hello ');
  log(String(s.read()));
  s.push(null);
  s.resume().on('end', () => { s.unshift('late'); });
  watch(s, log);
});
test('push after the end', async (log) => {
  const s = watch(new Readable({ read() {} }), log);
  s.push(null);
  s.push('x');
});
test('push of what is no chunk', async (log) => {
  const s = watch(new Readable({ read() {} }), log);
  s.push(12);
});
test('_read is not there, or throws', async (log) => {
  watch(new Readable(), log, 'a ').read();
  watch(new Readable({ read() { throw new RangeError('no'); } }), log, 'b ').resume();
});
test('asynchronous push', async (log) => {
  let n = 0;
  const s = new Readable({ read() { setImmediate(() => this.push(n++ < 3 ? `${n}` : null)); } });
  watch(s, log);
  s.on('data', (d) => log('data', String(d)));
});
test('a high water mark of 1 and of 0', async (log) => {
  let asked = 0;
  const s = new Readable({ highWaterMark: 1, read(n) { log('asked', n); this.push(asked++ < 2 ? 'ab' : null); } });
  s.on('readable', () => { let d; while ((d = s.read()) !== null) log('read', String(d)); });
  s.on('end', () => log('end'));
  await settled();
  const zero = new Readable({ highWaterMark: 0, read(n) { log('asked', n); this.push(asked++ < 5 ? 'x' : null); } });
  zero.on('data', (d) => log('zero', String(d))).on('end', () => log('end'));
});
test('removing listeners', async (log) => {
  const s = numbers(2);
  const f = () => log('never');
  s.on('readable', f);
  s.removeListener('readable', f);
  s.on('data', (d) => log('data', String(d)));
  s.on('end', () => log('end'));
  await settled();
  log(s.readableFlowing, s.readableEnded, s.readableDidRead, s.destroyed);
});
test('facts', async (log) => {
  const s = numbers(1);
  log(s.readable, s.readableEnded, s.readableFlowing, s.readableAborted, s.readableDidRead, s.errored, s.closed, s.destroyed, s.readableHighWaterMark);
  s.resume();
  await settled();
  log(s.readable, s.readableEnded, s.readableFlowing, s.readableAborted, s.readableDidRead, s.errored, s.closed, s.destroyed);
  log(stream.isReadable(s), stream.isErrored(s), stream.isDisturbed(s), stream.isDisturbed(numbers(1)));
});
test('inheritance', async (log) => {
  function Old(options) { Readable.call(this, options); this.n = 0; }
  inherits(Old, Readable);
  Old.prototype._read = function() { this.push(this.n++ ? null : 'old'); };
  class New extends Transform { _transform(c, e, cb) { cb(null, c.toString().toUpperCase()); } }
  const out = [];
  await promises.pipeline(new Old(), new New(), collector(out));
  log(out.join());
  log(new Old() instanceof stream, new New() instanceof Writable, new New() instanceof Readable, numbers(1) instanceof Writable, Readable() instanceof Readable, Duplex() instanceof Duplex, Writable() instanceof stream.Stream);
  log(Object.prototype.hasOwnProperty.call(new New(), '_write'), stream.Stream === stream, typeof stream.promises.pipeline);
});

// -- iterating ----------------------------------------------------------------------------

test('for await', async (log) => {
  const s = numbers(3);
  for await (const d of s) log(String(d));
  log(s.destroyed, s.readableEnded);
});
test('for await ends early', async (log) => {
  const s = watch(numbers(9), log);
  for await (const d of s) { log(String(d)); break; }
  log(s.destroyed);
  const kept = numbers(9, { objectMode: true });
  for await (const d of kept.iterator({ destroyOnReturn: false })) { log(d); break; }
  log(kept.destroyed);
  for await (const d of kept) { log(d); }
});
test('for await and an error', async (log) => {
  const s = new Readable({ read() { this.push('a'); this.destroy(new Error('bad')); } });
  try { for await (const d of s) log(String(d)); } catch (e) { log(show(e)); }
  const closed = new Readable({ read() {} });
  setImmediate(() => closed.destroy());
  try { for await (const d of closed) log(String(d)); } catch (e) { log(show(e)); }
});
test('Readable.from', async (log) => {
  const values = async (x, o) => { const list = []; for await (const v of Readable.from(x, o)) list.push(v); return list; };
  log(await values([1, 2, 3]), await values('text'), await values(Buffer.from('b')), await values(new Set(['x', 'y'])));
  log(await values(async function* () { yield 1; yield Promise.resolve(2); }()));
  log(await values([Promise.resolve('p'), 'q']));
  const s = Readable.from([1]);
  log(s.readableObjectMode, s.readableHighWaterMark);
  try { await values([1, null]); } catch (e) { log(show(e)); }
  try { Readable.from(5); } catch (e) { log(show(e)); }
  try { await values(function* () { yield 1; throw new TypeError('stop'); }()); } catch (e) { log(show(e)); }
  let closed = false;
  const g = Readable.from(function* () { try { yield 1; yield 2; } finally { closed = true; } }());
  for await (const v of g) { log(v); break; }
  await settled();
  log(closed);
});

// -- writing ------------------------------------------------------------------------------

test('write and end', async (log) => {
  const s = watch(new Writable({ write(c, e, cb) { log('write', String(c), e); cb(); } }), log);
  log(s.write('a', () => log('a is written')), s.write(Buffer.from('b')), s.write(new Uint8Array([99])));
  s.end('z', () => log('ended'));
  log(s.writableEnded, s.writableFinished, s.writable);
  await settled();
  log(s.writableEnded, s.writableFinished, s.destroyed, s.closed);
});
test('back-pressure', async (log) => {
  const s = watch(new Writable({ highWaterMark: 3, write(c, e, cb) { log('write', String(c)); setImmediate(cb); } }), log);
  log(s.write('ab'), s.writableLength, s.writableNeedDrain);
  log(s.write('cd'), s.writableLength, s.writableNeedDrain);
  s.once('drain', () => { log(s.writableLength); s.end(); });
});
test('cork, writev', async (log) => {
  const s = watch(new Writable({
    write(c, e, cb) { log('write', String(c)); cb(); },
    writev(list, cb) { log('writev', list.map((x) => `${x.chunk}/${x.encoding}`).join()); cb(); } }), log);
  s.cork(); s.write('a'); s.write('b', 'latin1'); log(s.writableCorked, s.writableLength);
  process.nextTick(() => { s.uncork(); s.write('c'); s.cork(); s.write('d'); s.end('e'); });
});
test('decodeStrings: false, object mode', async (log) => {
  const s = new Writable({ decodeStrings: false, write(c, e, cb) { log(typeof c, c, e); cb(); } });
  s.write('a', 'hex'); s.setDefaultEncoding('latin1'); s.write('b');
  const o = new Writable({ objectMode: true, write(c, e, cb) { log(c, e); cb(); } });
  log(o.writableHighWaterMark);
  o.write({ a: 1 }); o.write('t'); o.write(undefined);
});
test('wrong writes', async (log) => {
  const s = new Writable({ write(c, e, cb) { cb(); } });
  for (const f of [() => s.write(null), () => s.write(5), () => s.write('a', 'nope'), () => s.write({}), () => s.setDefaultEncoding('nope'), () => new Writable({ highWaterMark: -1 }), () => new Duplex({ readableHighWaterMark: 'x' }), () => new Readable({ highWaterMark: 1.5 })])
    try { f(); } catch (e) { log(show(e)); }
  watch(s, log);
  s.end();
  s.write('late', (e) => log('callback', show(e)));
});
test('errors of _write', async (log) => {
  const s = watch(new Writable({ write(c, e, cb) { setImmediate(cb, new Error(`no ${c}`)); } }), log);
  s.write('a', (e) => log('a', show(e)));
  s.write('b', (e) => log('b', show(e)));
  s.end((e) => log('end', show(e)));
  await settled();
  log(show(s.errored), s.writableFinished);
  const sync = watch(new Writable({ write(c, e, cb) { cb(new Error('at once')); } }), log, 'sync ');
  log(sync.write('a', (e) => log('callback', show(e))));
  const thrown = watch(new Writable({ write() { throw new Error('thrown'); } }), log, 'thrown ');
  try { thrown.write('a'); } catch (e) { log('caught', show(e)); }
});
test('final, and when it fails', async (log) => {
  const s = watch(new Writable({ write(c, e, cb) { cb(); }, final(cb) { log('final'); setImmediate(cb); } }), log);
  s.end('x', () => log('callback'));
  await settled(); await settled();
  const bad = watch(new Writable({ write(c, e, cb) { cb(); }, final(cb) { cb(new Error('final')); } }), log, 'bad ');
  bad.end((e) => log('callback', show(e)));
});
test('end twice, write to what is destroyed', async (log) => {
  const s = new Writable({ write(c, e, cb) { cb(); } });
  s.end(); s.end(() => log('second'));
  await settled();
  s.end((e) => log(show(e)));
  const d = watch(new Writable({ write(c, e, cb) { cb(); } }), log, 'd ');
  d.destroy();
  log(d.write('x', (e) => log('callback', show(e))));
  d.end((e) => log('end', show(e)));
});
test('a callback that is called twice', async (log) => {
  const s = watch(new Writable({ write(c, e, cb) { cb(); cb(); } }), log);
  s.write('x');
});

// -- the life of a stream -----------------------------------------------------------------

test('destroy', async (log) => {
  const r = watch(new Readable({ read() {}, destroy(e, cb) { log('_destroy', show(e)); cb(e); } }), log, 'r ');
  log(r.destroy(new Error('x')) === r, r.destroyed, r.closed);
  r.destroy(new Error('again'));
  log(r.push('late'));
  await settled();
  log(r.closed, show(r.errored), r.readableAborted);
  const w = watch(new Writable({ write(c, e, cb) { setImmediate(cb); } }), log, 'w ');
  w.write('a', (e) => log('a', show(e))); w.write('b', (e) => log('b', show(e)));
  w.destroy();
  await settled();
  log(w.writableAborted, w.errored);
});
test('emitClose and autoDestroy', async (log) => {
  const s = watch(numbers(1, { emitClose: false }), log, 'a '); s.resume();
  const t = watch(numbers(1, { autoDestroy: false }), log, 'b '); t.resume();
  await settled();
  log(s.destroyed, t.destroyed);
});
test('construct', async (log) => {
  const r = watch(new Readable({ construct(cb) { log('construct'); setImmediate(cb); }, read() { log('read'); this.push(null); } }), log, 'r ');
  r.resume();
  const w = watch(new Writable({ construct(cb) { setImmediate(() => { log('constructed'); cb(); }); }, write(c, e, cb) { log('write', String(c)); cb(); } }), log, 'w ');
  w.write('a'); w.end('b');
  await settled();
  const bad = watch(new Writable({ construct(cb) { cb(new Error('no')); }, write(c, e, cb) { log('never'); cb(); } }), log, 'bad ');
  bad.write('x', (e) => log('callback', show(e)));
  const early = watch(new Readable({ construct(cb) { setImmediate(cb); }, read() {}, destroy(e, cb) { log('_destroy'); cb(e); } }), log, 'early ');
  early.destroy();
});
test('signals', async (log) => {
  const controller = new AbortController();
  const s = watch(new Readable({ read() {}, signal: controller.signal }), log, 's ');
  const t = watch(stream.addAbortSignal(controller.signal, new Writable({ write() {} })), log, 't ');
  controller.abort(new Error('why'));
  log(s.destroyed, t.destroyed);
  const gone = watch(new Readable({ read() {}, signal: AbortSignal.abort() }), log, 'gone ');
  log(gone.destroyed);
});

// -- pipes --------------------------------------------------------------------------------

test('pipe', async (log) => {
  const out = [];
  const from = watch(numbers(4), log, 'from ', ['end', 'close', 'pause', 'resume']);
  const to = watch(collector(out, { highWaterMark: 4 }), log, 'to ', ['pipe', 'unpipe', 'finish', 'close']);
  log(from.pipe(to) === to);
  await settled(); await settled();
  log(out.join());
});
test('pipe to two, end: false, unpipe', async (log) => {
  const a = []; const b = [];
  const to = watch(collector(b), log, 'b ', ['finish', 'unpipe']);
  const s = numbers(3);
  s.pipe(collector(a)); s.pipe(to, { end: false });
  await settled(); await settled();
  log(a.join(), b.join(), to.writableEnded);
  const p = new PassThrough(); const q = new PassThrough();
  watch(q, log, 'q ', ['pipe', 'unpipe']);
  p.pipe(q); p.unpipe(q); log(p.readableFlowing);
  p.pipe(q); p.unpipe(); log(p.readableFlowing);
});
test('an error of the destination', async (log) => {
  const from = numbers(2);
  const to = watch(new Writable({ write(c, e, cb) { cb(new Error('full')); } }), log, 'to ');
  from.pipe(to);
  await settled();
  log(from.destroyed, from.readableFlowing);
});
test('pipe of a writable', async (log) => {
  const w = watch(new Writable({ write() {} }), log);
  w.pipe(new PassThrough());
});

// -- both sides ---------------------------------------------------------------------------

test('Duplex', async (log) => {
  const d = watch(new Duplex({ read() { this.push('out'); this.push(null); }, write(c, e, cb) { log('write', String(c)); cb(); } }), log);
  d.on('data', (c) => log('data', String(c)));
  d.write('in'); 
  await settled();
  log(d.destroyed, d.readableEnded, d.writableEnded);
  d.end();
  await settled();
  log(d.destroyed);
  const half = watch(new Duplex({ allowHalfOpen: false, read() { this.push(null); }, write(c, e, cb) { cb(); } }), log, 'half ');
  half.resume();
  await settled();
  log(half.writableEnded, half.destroyed);
  const only = new Duplex({ readable: false, write(c, e, cb) { cb(); } });
  watch(only, log, 'only ');
  log(only.readable, only.writable); only.end();
});
test('Transform', async (log) => {
  const t = watch(new Transform({ transform(c, e, cb) { cb(null, String(c).toUpperCase()); }, flush(cb) { log('flush'); cb(null, '!'); } }), log);
  t.on('data', (d) => log('data', String(d)));
  t.write('a'); t.write('b'); t.end('c');
  await settled();
  const bad = watch(new Transform({ transform(c, e, cb) { cb(new Error('bad')); } }), log, 'bad ');
  bad.write('x');
  const none = watch(new Transform(), log, 'none ');
  try { none.write('x'); } catch (e) { log(show(e)); }
  const objects = new Transform({ objectMode: true, transform(c, e, cb) { this.push(c); this.push(c * 2); cb(); } });
  objects.write(1); objects.end(5);
  for await (const v of objects) log(v);
});
test('Transform and back-pressure', async (log) => {
  const t = new PassThrough({ highWaterMark: 2 });
  log(t.write('ab'), t.write('cd'), t.readableLength, t.writableLength);
  log(String(t.read()));
  await settled();
  log(t.readableLength, t.writableLength, String(t.read()));
  t.end();
  watch(t, log);
  t.resume();
});
test('flush that fails', async (log) => {
  const t = watch(new Transform({ transform(c, e, cb) { cb(); }, flush(cb) { cb(new Error('flush')); } }), log);
  t.end(); t.resume();
});

// -- finished, pipeline -------------------------------------------------------------------

test('finished', async (log) => {
  const told = (name) => (e) => log(name, show(e));
  const r = numbers(2); finished(r, told('read')); r.resume();
  const w = collector([]); finished(w, told('written')); w.end('x');
  const early = new Readable({ read() {} }); finished(early, told('early')); early.destroy();
  const bad = new Readable({ read() {} }); finished(bad, told('bad')); bad.on('error', () => {}); bad.destroy(new Error('why'));
  const d = new Duplex({ read() { this.push(null); }, write(c, e, cb) { cb(); } });
  finished(d, { readable: false }, told('half')); d.end(); 
  const forgotten = numbers(1); finished(forgotten, told('never'))(); forgotten.resume();
  await settled();
  finished(r, told('again'));
  await promises.finished(r); log('promise');
  await promises.finished(bad).catch((e) => log(show(e)));
  const c = new AbortController();
  promises.finished(new Readable({ read() {} }), { signal: c.signal }).catch((e) => log(show(e)));
  c.abort();
  try { finished({}, () => {}); } catch (e) { log(show(e)); }
  try { finished(r); } catch (e) { log(show(e)); }
});
test('pipeline', async (log) => {
  const out = [];
  const upper = new Transform({ transform(c, e, cb) { cb(null, String(c).replace(';', ':')); } });
  const last = collector(out);
  log(pipeline(numbers(3), upper, last, (e, v) => log('done', show(e), v, out.join())) === last);
  await settled(); await settled();
  log(upper.destroyed, last.destroyed);
});
test('pipeline of functions', async (log) => {
  const value = await promises.pipeline(
    async function* () { yield 'a'; yield 'b'; },
    async function* (source) { for await (const c of source) yield c + c; },
    async (source) => { let text = ''; for await (const c of source) text += c; return text; });
  log(value);
  const out = [];
  await promises.pipeline(['x', 'y'], collector(out));
  await promises.pipeline(numbers(2), async function* (source) { source.setEncoding?.('utf8'); for await (const c of source) yield `<${c}>`; }, collector(out));
  log(out.join());
  await promisify(pipeline)(numbers(1), collector(out));
  log(out.join());
});
test('pipeline and errors', async (log) => {
  const a = numbers(99); const b = new PassThrough(); const c = new Writable({ write(x, e, cb) { cb(new Error('full')); } });
  await promises.pipeline(a, b, c).catch((e) => log(show(e)));
  await settled();
  log(a.destroyed, b.destroyed, c.destroyed);
  const d = new Readable({ read() { this.destroy(new Error('source')); } }); const e1 = collector([]);
  await promises.pipeline(d, e1).catch((e) => log(show(e)));
  await settled();
  log(e1.destroyed);
  const gone = collector([]);
  setImmediate(() => gone.destroy());
  await promises.pipeline(new Readable({ read() {} }), gone).catch((e) => log(show(e)));
  await promises.pipeline(numbers(2), async function* (s) { throw new RangeError('inside'); }, collector([])).catch((e) => log(show(e)));
  await promises.pipeline(numbers(2), async () => { throw new RangeError('at the end'); }).catch((e) => log(show(e)));
  const controller = new AbortController();
  const waiting = promises.pipeline(new Readable({ read() {} }), new PassThrough(), collector([]), { signal: controller.signal }).catch((e) => log(show(e)));
  setImmediate(() => controller.abort());
  await waiting;
  for (const f of [() => pipeline(numbers(1), () => {}), () => pipeline(numbers(1), collector([])), () => pipeline(() => 5, collector([]), () => {})])
    try { f(); } catch (e) { log(show(e)); }
});
test('pipeline keeps the last open', async (log) => {
  const out = []; const last = collector(out);
  await promises.pipeline(numbers(2), last, { end: false });
  log(last.writableEnded, last.destroyed);
  last.end('z');
  await promises.finished(last);
  log(out.join());
});

// -- others -------------------------------------------------------------------------------

test('defaults', async (log) => {
  log(stream.getDefaultHighWaterMark(false), stream.getDefaultHighWaterMark(true));
  stream.setDefaultHighWaterMark(true, 3);
  log(new PassThrough({ objectMode: true }).readableHighWaterMark);
  stream.setDefaultHighWaterMark(true, 16);
  log(stream.isWritable(new PassThrough()), stream.isReadable(new Writable()), stream.isErrored(new PassThrough()));
});
test('wrap', async (log) => {
  const old = new stream();
  const s = new Readable({ objectMode: true }).wrap(old);
  s.on('data', (d) => log(d)).on('end', () => log('end'));
  old.emit('data', 1); old.emit('data', 2); old.emit('end');
});

(async () => {
  for (const { name, run } of cases) {
    console.log(`# ${name}`);
    await run((...what) => console.log(' ', ...what.map((w) => (Buffer.isBuffer(w) ? String(w) : w))));
    await settled();
    await settled();
  }
})();

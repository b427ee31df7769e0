// What may be done to all chunks of a Readable. expected.txt is what Node prints.
'use strict';
const { Readable } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');

const count = (n = 5) => Readable.from(Array.from({ length: n }, (_, i) => i + 1));
const show = (error) => `${error.name} ${error.code} ${error.message}`;
const test = async (name, run) => {
  try { console.log(name, await run()); } catch (error) { console.log(name, show(error)); }
};

(async () => {
  await test('toArray', () => count().toArray());
  await test('map', () => count().map((x) => x * 2).toArray());
  await test('map, side by side', () => count().map(async (x) => { await sleep(6 - x); return x * 2; }, { concurrency: 3 }).toArray());
  await test('filter', () => count().filter(async (x) => x % 2).toArray());
  await test('flatMap', () => count(3).flatMap((x) => [x, x]).toArray());
  await test('flatMap of streams', () => count(2).flatMap((x) => count(x)).toArray());
  await test('take', () => count().take(2).toArray());
  await test('take 0', () => count().take(0).toArray());
  await test('take -1', () => count().take(-1));
  await test('drop', () => count().drop(3).toArray());
  await test('drop what is no number', () => count(2).drop('x').toArray());
  await test('some', () => count().some((x) => x > 3));
  await test('every', () => count().every((x) => x > 3));
  await test('every', () => count().every((x) => x > 0));
  await test('find', () => count().find((x) => x > 3));
  await test('find nothing', () => count().find((x) => x > 9));
  await test('reduce', () => count().reduce((a, b) => a + b));
  await test('reduce with a value', () => count().reduce((a, b) => a + b, ''));
  await test('reduce nothing', () => count(0).reduce((a, b) => a + b));
  await test('forEach', async () => { const l = []; return [await count().forEach((x) => { l.push(x); }), l]; });
  await test('no function', () => count().map(5));
  await test('concurrency', () => count().map((x) => x, { concurrency: 0 }));
  await test('options', () => count().map((x) => x, 5));
  await test('signal', () => count().map((x) => x, { signal: 5 }));
  await test('reducer', () => count().reduce(5));
  await test('no function', () => count().forEach());
  await test('throws', () => count().map((x) => { if (x === 3) throw new RangeError('three'); return x; }).toArray());
  await test('rejects', () => count().forEach(async (x) => { if (x === 2) throw new RangeError('two'); }));
  await test('the source fails', () => new Readable({ read() { this.destroy(new Error('source')); } }).map((x) => x).toArray());
  const source = count();
  await test('the source ends early', async () => { await source.take(2).toArray(); return source.destroyed; });
  await test('aborted before', () => count().map((x) => x, { signal: AbortSignal.abort() }).toArray());
  await test('aborted', () => {
    const controller = new AbortController();
    return count().forEach(async (x) => { if (x === 2) controller.abort(); await sleep(1); }, { signal: controller.signal });
  });
  let now = 0; let most = 0;
  await test('side by side', async () => {
    await count(9).forEach(async () => { most = Math.max(most, ++now); await sleep(3); now--; }, { concurrency: 4 });
    return most;
  });
  await test('streams', () => [count().map((x) => x) instanceof Readable, count().take(1).readableObjectMode]);
})();

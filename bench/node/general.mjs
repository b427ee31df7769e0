// What programs use all the time, beside node:vm: files as modules, util, Buffer, events,
// timers, computing. Runs in Node and in Troupe; options in measure.mjs.

import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import util from 'node:util';

import { main } from './measure.mjs';

const cases = [];
let last; // results must go somewhere

function add(name, count, prepare) {
  cases.push({ name, count, prepare });
}

function repeat(name, count, prepare) {
  add(name, count, () => {
    const operation = prepare();
    return (times) => {
      for (let i = 0; i < times; ++i)
        last = operation(i);
    };
  });
}

// -- modules ----------------------------------------------------------------------------

let folder;

function filesIn(count, extension, content) {
  folder ??= mkdtempSync(path.join(tmpdir(), 'bench-'));
  const made = mkdtempSync(path.join(folder, 'modules-'));
  const names = [];
  for (let i = 0; i < count; ++i) {
    names.push(path.join(made, `m${i}${extension}`));
    writeFileSync(names[i], content(i));
  }
  return names;
}

process.on('exit', () => {
  if (folder !== undefined)
    rmSync(folder, { recursive: true });
});

function text(i) {
  return `// ${'x'.repeat(500)}\nfunction add(a) { return a + ${i}; }\n`;
}

add('require of small files, per file', 200, () => {
  const require = createRequire(import.meta.url);
  return (count) => {
    for (const file of filesIn(count, '.cjs', (i) => `${text(i)}exports.add = add;\n`))
      require(file);
  };
});
add('import() of small files, per file', 200, () => async (count) => {
  for (const file of filesIn(count, '.mjs', (i) => `${text(i)}export { add };\n`))
    await import(file);
});
add('import of small files, statically, per file', 200, () => async (count) => {
  const files = filesIn(count, '.mjs', (i) => `${text(i)}export { add };\n`);
  const [root] = filesIn(1, '.mjs', () => files.map((file) => `import '${file}';\n`).join(''));
  await import(root);
});

// -- util -------------------------------------------------------------------------------

function record(i) {
  return { id: i, name: `name ${i}`, tags: ['a', 'b', 'c'], nested: { x: i / 3, y: null, z: undefined } };
}

repeat('util.inspect, small', 5_000, () => () => util.inspect(record(1)));
repeat('util.inspect, 1,000 records', 5, () => {
  const big = Array.from({ length: 1_000 }, (_, i) => record(i));
  return () => util.inspect(big, { depth: Infinity, maxArrayLength: Infinity });
});
repeat('util.inspect, Map and Set', 500, () => {
  const map = new Map(Array.from({ length: 50 }, (_, i) => [i, new Set([i, `${i}`])]));
  return () => util.inspect(map);
});
repeat('util.inspect, class and error', 1_000, () => {
  class Point { x = 1; y = 2; }
  const value = [new Point(), new Error('no'), Symbol('s'), 1n, () => {}, new Date(0), /a/g];
  return () => util.inspect(value);
});
repeat('util.format', 20_000, () => (i) => util.format('%s is %d, %j', 'name', i, { a: 1 }));
repeat('util.isDeepStrictEqual, 1,000 records', 20, () => {
  const [a, b] = [0, 1].map(() => Array.from({ length: 1_000 }, (_, i) => record(i)));
  return () => util.isDeepStrictEqual(a, b);
});
repeat('util.styleText', 10_000, () => () => util.styleText('red', 'text'));
repeat('assert.deepStrictEqual, 1,000 records', 20, () => {
  const [a, b] = [0, 1].map(() => Array.from({ length: 1_000 }, (_, i) => record(i)));
  return () => assert.deepStrictEqual(a, b);
});
repeat('assert.deepStrictEqual, Maps and Sets', 200, () => {
  const [a, b] = [0, 1].map(() => new Map(Array.from({ length: 100 }, (_, i) => [`k${i}`, new Set([i])])));
  return () => assert.deepStrictEqual(a, b);
});
repeat('assert.strictEqual', 200_000, () => (i) => assert.strictEqual(i, i));
repeat('assert(…)', 200_000, () => () => assert(true));
repeat('assert.deepStrictEqual, fails', 200, () => () => {
  try {
    assert.deepStrictEqual(record(1), record(2));
  } catch {
    // expected
  }
});
repeat('structuredClone of 100 records', 50, () => {
  const records = Array.from({ length: 100 }, (_, i) => record(i));
  return () => structuredClone(records);
});

// -- Buffer, text -----------------------------------------------------------------------

repeat('Buffer.alloc, 1 KB', 20_000, () => () => Buffer.alloc(1024));
repeat('Buffer.allocUnsafe, 100 bytes', 50_000, () => () => Buffer.allocUnsafe(100));
repeat('Buffer.from, 20 characters', 50_000, () => () => Buffer.from('twenty characters ok'));
repeat('Buffer.from, 10 KB of text', 5_000, () => {
  const long = 'a'.repeat(10_000);
  return () => Buffer.from(long);
});
repeat('Buffer.from, an array', 20_000, () => () => Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]));
for (const encoding of ['utf8', 'latin1', 'hex', 'base64', 'base64url', 'utf16le']) {
  repeat(`Buffer to ${encoding}, 1 KB`, 10_000, () => {
    const buffer = Buffer.alloc(1024, 'abc');
    return () => buffer.toString(encoding);
  });
  repeat(`Buffer from ${encoding}, 1 KB`, 10_000, () => {
    const encoded = Buffer.alloc(1024, 'abc').toString(encoding);
    return () => Buffer.from(encoded, encoding);
  });
}
repeat('Buffer.concat', 20_000, () => {
  const parts = [1, 2, 3, 4].map(() => Buffer.alloc(100));
  return () => Buffer.concat(parts);
});
repeat('Buffer compare, equals', 50_000, () => {
  const [a, b] = [Buffer.alloc(1000), Buffer.alloc(1000)];
  return () => a.equals(b) && a.compare(b);
});
repeat('Buffer indexOf', 20_000, () => {
  const buffer = Buffer.from(`${'a'.repeat(1000)}needle`);
  return () => buffer.indexOf('needle');
});
repeat('Buffer read and write numbers', 200_000, () => {
  const buffer = Buffer.alloc(16);
  return (i) => {
    buffer.writeUInt32LE(i, 0);
    buffer.writeDoubleBE(i, 8);
    return buffer.readUInt32LE(0) + buffer.readDoubleBE(8);
  };
});
repeat('Buffer slice, copy, fill', 20_000, () => {
  const buffer = Buffer.alloc(1000);
  return () => {
    buffer.subarray(10, 200).copy(buffer, 500);
    buffer.fill(0, 10, 20);
  };
});
repeat('TextEncoder, 1 KB', 20_000, () => {
  const [encoder, source] = [new TextEncoder(), 'a'.repeat(1000)];
  return () => encoder.encode(source);
});
repeat('TextDecoder, 1 KB', 20_000, () => {
  const [decoder, source] = [new TextDecoder(), new TextEncoder().encode('a'.repeat(1000))];
  return () => decoder.decode(source);
});
repeat('new URL', 20_000, () => (i) => new URL(`http://host/a/b?c=${i}#d`).pathname);
repeat('URLSearchParams', 10_000, () => () => new URLSearchParams('a=1&b=2&c=3').get('b'));
repeat('path.join, path.relative', 20_000, () => () => path.relative(path.join('/a', '..', 'b/c'), '/b/d/e'));

// -- events -----------------------------------------------------------------------------

repeat('events: emit, one listener', 500_000, () => {
  const emitter = new EventEmitter();
  let sum = 0;
  emitter.on('event', (value) => {
    sum += value;
  });
  return (i) => emitter.emit('event', i);
});
repeat('events: emit, three listeners', 200_000, () => {
  const emitter = new EventEmitter();
  let sum = 0;
  for (let k = 0; k < 3; ++k)
    emitter.on('event', (value) => {
      sum += value;
    });
  return (i) => emitter.emit('event', i);
});
repeat('events: on, once, off', 100_000, () => {
  const emitter = new EventEmitter();
  const listener = () => {};
  return () => {
    emitter.on('event', listener);
    emitter.once('event', listener);
    emitter.off('event', listener);
    emitter.off('event', listener);
  };
});
repeat('EventTarget: dispatch', 50_000, () => {
  const target = new EventTarget();
  target.addEventListener('event', () => {});
  return () => target.dispatchEvent(new Event('event'));
});
repeat('AbortController: abort', 20_000, () => () => {
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => {});
  controller.abort();
});

// -- turns of the loop ------------------------------------------------------------------

function chained(name, count, schedule) {
  add(name, count, () => (times) => new Promise((resolve) => {
    const step = () => {
      if (--times === 0)
        resolve();
      else
        schedule(step);
    };
    schedule(step);
  }));
}

chained('process.nextTick, one after the other', 50_000, (step) => process.nextTick(step));
chained('queueMicrotask, one after the other', 50_000, (step) => queueMicrotask(step));
chained('setImmediate, one after the other', 10_000, (step) => setImmediate(step));
chained('setTimeout of 1 ms, one after the other', 20, (step) => setTimeout(step, 1));
add('setImmediate, all at once', 20_000, () => (times) => new Promise((resolve) => {
  let open = times;
  for (let i = 0; i < times; ++i)
    setImmediate(() => --open === 0 && resolve());
}));
add('process.nextTick, all at once', 50_000, () => (times) => new Promise((resolve) => {
  let open = times;
  for (let i = 0; i < times; ++i)
    process.nextTick(() => --open === 0 && resolve());
}));
repeat('setTimeout and clearTimeout', 50_000, () => () => clearTimeout(setTimeout(() => {}, 1000)));
add('await', 200_000, () => async (times) => {
  for (let i = 0; i < times; ++i)
    await i;
});
add('await of new promises', 100_000, () => async (times) => {
  for (let i = 0; i < times; ++i)
    await new Promise((resolve) => resolve(i));
});
repeat('performance.now', 200_000, () => () => performance.now());
repeat('process.hrtime.bigint', 200_000, () => () => process.hrtime.bigint());
repeat('process.memoryUsage', 500, () => () => process.memoryUsage());

// -- fs ---------------------------------------------------------------------------------

repeat('fs: write, stat, read, 1 KB', 1_000, () => {
  const [file] = filesIn(1, '.txt', () => 'x'.repeat(1024));
  return () => {
    writeFileSync(file, 'y'.repeat(1024));
    return statSync(file).size + readFileSync(file, 'utf8').length;
  };
});
repeat('fs: readdir of 200', 100, () => {
  const [file] = filesIn(200, '.txt', () => '');
  return () => readdirSync(path.dirname(file));
});
repeat('fs: mkdir and rm', 500, () => {
  const [file] = filesIn(1, '.txt', () => '');
  const made = path.join(path.dirname(file), 'made');
  return () => {
    mkdirSync(made);
    rmSync(made, { recursive: true });
  };
});

// -- computing --------------------------------------------------------------------------

repeat('computing: fibonacci(25)', 10, () => () => {
  const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
  return fibonacci(25);
});
repeat('computing: a matrix of numbers', 5, () => () => {
  const size = 120;
  const [a, b, c] = [0, 1, 2].map(() => new Float64Array(size * size).fill(1.5));
  for (let i = 0; i < size; ++i)
    for (let j = 0; j < size; ++j) {
      let sum = 0;
      for (let k = 0; k < size; ++k)
        sum += a[i * size + k] * b[k * size + j];
      c[i * size + j] = sum;
    }
  return c[7];
});
repeat('computing: sum of an array', 1_000, () => {
  const numbers = Int32Array.from({ length: 10_000 }, (_, i) => i);
  return () => {
    let sum = 0;
    for (let i = 0; i < numbers.length; ++i)
      sum = (sum + numbers[i]) | 0;
    return sum;
  };
});
repeat('computing: objects made and dropped', 20, () => () => {
  let list = null;
  for (let i = 0; i < 20_000; ++i)
    list = i % 100 === 0 ? { i, next: null } : { i, next: list };
  return list;
});
repeat('computing: objects made and kept for a while', 4, () => () => {
  const kept = new Map();
  for (let i = 0; i < 20_000; ++i)
    kept.set(`key ${i}`, { i, list: [i] });
  return kept.size;
});
repeat('computing: text', 20, () => () => {
  let text = '';
  for (let i = 0; i < 2_000; ++i)
    text += `${i},`;
  return text.split(',').map(Number).filter((n) => n % 2).join('').replace(/1+/g, 'x').length;
});
repeat('computing: sort', 10, () => () => {
  const numbers = Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 5003);
  return numbers.sort((a, b) => a - b)[0];
});
repeat('computing: JSON', 5, () => {
  const records = Array.from({ length: 1_000 }, (_, i) => record(i));
  return () => JSON.parse(JSON.stringify(records)).length;
});
repeat('computing: eval', 10_000, () => (i) => (0, eval)('1 + 1') + i);
repeat('computing: exceptions', 20_000, () => () => {
  try {
    throw new Error('no');
  } catch (error) {
    return error;
  }
});
repeat('computing: stacks of errors', 2_000, () => () => new Error('no').stack);

await main(cases);

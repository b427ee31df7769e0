// Lines of streams. expected.txt is what Node prints.
'use strict';
const readline = require('node:readline');
const promises = require('node:readline/promises');
const { PassThrough, Readable, Writable } = require('node:stream');
const { promisify } = require('node:util');

const cases = [];
const test = (name, run) => cases.push({ name, run });
// Turns of the loop, not milliseconds: on a busy machine these pass before the work is done.
const settled = async () => { for (let i = 0; i < 50; ++i) await new Promise(setImmediate); };
const show = (error) => `${error.name} ${error.code} ${error.message}`;
const output = (log) => new Writable({ write(c, e, done) { log('out', JSON.stringify(String(c))); done(); } });
const open = (log, options) => {
  const input = new PassThrough();
  const rl = readline.createInterface({ input, ...options });
  for (const event of ['line', 'close', 'pause', 'resume']) rl.on(event, (l) => log(event, ...(event === 'line' ? [JSON.stringify(l)] : [])));
  return { input, rl };
};

test('lines', async (log) => {
  const { input } = open(log);
  input.write('one\ntwo\r\nthree\rfour\n\nfi');
  await settled();
  input.write('ve\u2028six\n');
  input.end('last');
});
test('characters and ends in pieces', async (log) => {
  const { input } = open(log, { crlfDelay: Infinity });
  for (const b of Buffer.from('ä\r\n€\n')) { input.write(Buffer.from([b])); await settled(); }
  input.end();
});
test('pause, resume, close', async (log) => {
  const { input, rl } = open(log);
  log(rl.pause() === rl, rl.resume() === rl, rl.pause() === rl);
  input.write('a\n');
  await settled();
  rl.resume();
  await settled();
  rl.close(); rl.close();
  input.write('b\n');
  await settled();
  for (const f of [() => rl.pause(), () => rl.resume(), () => rl.question('?', () => {}), () => rl.write('x')])
    try { f(); log('fine'); } catch (e) { log(show(e)); }
});
test('prompt and question', async (log) => {
  const { input, rl } = open(log, { output: output(log), prompt: '$ ' });
  log(rl.getPrompt(), rl.terminal);
  rl.prompt();
  input.write('first\n');
  await settled();
  rl.question('name? ', (name) => { log('name', name); rl.prompt(); });
  input.write('Ann\nmore\n');
  await settled();
  rl.setPrompt('# '); rl.prompt();
  const asked = promisify(rl.question).call(rl, 'age? ');
  input.write('7\n');
  log(await asked);
  const controller = new AbortController();
  rl.question('never? ', { signal: controller.signal }, () => log('never'));
  controller.abort();
  input.end('to nobody\n');
});
test('write is input', async (log) => {
  const { rl } = open(log);
  rl.write('typed\nrest');
  rl.write('\n');
  rl.close();
});
test('for await', async (log) => {
  for await (const line of readline.createInterface({ input: Readable.from(['a\nb\n', 'c']) })) log(line);
  const input = new PassThrough();
  input.write('1\n2\n3\n');
  const rl = readline.createInterface({ input });
  for await (const line of rl) { log(line); if (line === '2') break; }
  await settled();
});
test('promises', async (log) => {
  const input = new PassThrough();
  const rl = promises.createInterface({ input, output: output(log) });
  const asked = rl.question('who? ');
  input.write('me\n');
  log(await asked, rl instanceof promises.Interface, readline.promises === promises);
  await rl.question('again? ', { signal: AbortSignal.abort() }).catch((e) => log(show(e)));
  rl.close();
});
test('a signal', async (log) => {
  const controller = new AbortController();
  open(log, { signal: controller.signal });
  controller.abort();
});
test('the cursor', async (log) => {
  const to = output(log);
  readline.clearLine(to, -1); readline.clearLine(to, 0); readline.clearLine(to, 1); readline.clearScreenDown(to);
  readline.cursorTo(to, 3); readline.cursorTo(to, 3, 4); readline.moveCursor(to, 2, -1); readline.moveCursor(to, 0, 0);
});

(async () => {
  for (const { name, run } of cases) {
    console.log(`# ${name}`);
    await run((...what) => console.log(' ', ...what));
    await settled();
  }
})();

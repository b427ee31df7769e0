'use strict';
// What programs do with other programs; expected.txt is what Node 24 prints. Runs the program
// that runs it.

const cp = require('child_process');
const { promisify, inspect } = require('util');

const show = (...what) => console.log(...what.map((x) => (typeof x === 'string' ? x : inspect(x))));
const plain = (error) => ({
  name: error.name, message: error.message.split('\n')[0], ...error, stack: undefined,
  pid: undefined, cause: undefined,
});
const self = (code, options = {}) => cp.spawn(process.execPath, ['-e', code], options);
const ended = (child) => new Promise((resolve) => child.on('close', (...how) => resolve(how)));
const text = (stream) => new Promise((resolve) => {
  let all = '';
  stream.setEncoding('utf8').on('data', (more) => { all += more; }).on('end', () => resolve(all));
});
const attempt = (what) => {
  try {
    return what();
  } catch (error) {
    return `${error.name} ${error.code}: ${error.message}`;
  }
};

async function spawning() {
  show('-- spawn');
  const child = cp.spawn('sh', ['-c', 'cat; echo err >&2; exit 3']);
  show(typeof child.pid, child.spawnfile, child.spawnargs, child.connected, child.exitCode,
       child.signalCode, child.killed, child.stdio.length, child.stdin === child.stdio[0]);
  for (const each of ['spawn', 'exit', 'close'])
    child.on(each, (...how) => show(each, how));
  child.stdin.write('some ');
  child.stdin.end('text');
  const outputs = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  show(outputs, child.exitCode, child.kill(), child.killed);

  const missing = cp.spawn('troupe-no-such-program', ['a', 'b']);
  show(missing.pid);
  missing.on('error', (error) => show(plain(error)));
  show(await ended(missing));
  const forbidden = cp.spawn('/etc/passwd');
  forbidden.on('error', (error) => show(plain(error)));
  show(await ended(forbidden));
  const nowhere = cp.spawn('echo', [], { cwd: '/no/such/folder' });
  nowhere.on('error', (error) => show(plain(error)));
  show(await ended(nowhere));
  show(attempt(() => cp.spawn('echo', [], { cwd: '/etc/passwd' })));
  show(attempt(() => cp.spawn('echo', ['x'.repeat(4e6)])));

  const sleeper = cp.spawn('sleep', ['60']);
  show(sleeper.kill(0), sleeper.kill('SIGINT'), sleeper.killed);
  show(await ended(sleeper), sleeper.signalCode, sleeper.kill());
  const late = cp.spawn('sleep', ['60'], { timeout: 50, killSignal: 'SIGKILL' });
  show(await ended(late), late.killed);
  const controller = new AbortController();
  const aborted = cp.spawn('sleep', ['60'], { signal: controller.signal });
  aborted.on('error', (error) => show(error.name, error.code, error.cause));
  setTimeout(() => controller.abort('why'), 10);
  show(await ended(aborted));
}

async function descriptors() {
  show('-- descriptors');
  const pipes = cp.spawn('sh', ['-c', 'read x <&3; echo "got $x" >&4; cat <&3 >&4'],
                         { stdio: ['ignore', 'inherit', null, 'pipe', 'pipe', 'ignore'] });
  show(pipes.stdio.map((each) => each && typeof each.read === 'function'), pipes.stdout);
  pipes.stdio[3].end('line\nrest');
  show(await text(pipes.stdio[4]), await ended(pipes));
  const order = cp.spawn('sh', ['-c', 'echo to our own output'], { stdio: 'inherit' });
  show(await ended(order));
  const big = cp.spawn('cat');
  let length = 0;
  big.stdout.on('data', (chunk) => { length += chunk.length; });
  const piece = Buffer.alloc(100000, 'x');
  for (let i = 0; i < 50; ++i)
    if (!big.stdin.write(piece))
      await new Promise((resolve) => big.stdin.once('drain', resolve));
  big.stdin.end();
  show(await ended(big), length);
  const quick = cp.spawn('true');
  quick.stdin.on('error', (error) => show(error.code, error.syscall));
  quick.on('exit', () => show('unread output does not keep it open'));
  show(await ended(quick));
  const list = cp.spawnSync('sh', ['-c', 'cd /proc/self/fd; for f in *; do echo $f; done'],
                            { encoding: 'utf8' });
  // The shell's own are above ours.
  show(list.stdout.split('\n').filter((each) => Number(each) > 2 && Number(each) < 10).length < 2);
}

async function collected() {
  show('-- exec, execFile');
  const run = (f, ...args) => new Promise((resolve) => {
    f(...args, (error, stdout, stderr) => resolve([error && plain(error), stdout, stderr]));
  });
  show(await run(cp.exec, 'echo $A; echo err >&2', { env: { A: 'variable' } }));
  show(await run(cp.exec, 'exit 5'));
  show(await run(cp.exec, 'kill -TERM $$'));
  show(await run(cp.exec, 'yes', { maxBuffer: 10 }));
  show(await run(cp.exec, 'exec sleep 60', { timeout: 50, killSignal: 'SIGKILL' }));
  show(await run(cp.execFile, 'echo', ['a b', '$HOME']));
  show(await run(cp.execFile, 'echo', ['bytes'], { encoding: 'buffer' }));
  show(await run(cp.execFile, 'troupe-no-such-program', ['a']));
  show(await run(cp.execFile, 'cat', ['/troupe-no-such-file']).then(([e, o]) => [e.code, e.cmd, o]));
  show(await promisify(cp.exec)('echo promised'));
  const failing = promisify(cp.execFile)('sh', ['-c', 'echo out; echo err >&2; exit 9']);
  show(failing.child instanceof cp.ChildProcess);
  show(await failing.catch(plain));
  const controller = new AbortController();
  const stopped = promisify(cp.execFile)('sleep', ['60'], { signal: controller.signal });
  controller.abort();
  show(await stopped.catch((error) => [error.name, error.code, error.cmd]));
}

function waitedFor() {
  show('-- sync');
  const without = ({ pid, ...rest }) => ({ ...rest, error: rest.error && plain(rest.error) });
  show(without(cp.spawnSync('echo', ['a'])));
  show(without(cp.spawnSync('cat', { input: 'given', encoding: 'utf8' })));
  show(without(cp.spawnSync('cat', { input: new Uint16Array([0x6161, 0x6262]), encoding: 'latin1' })));
  show(without(cp.spawnSync('sh', ['-c', 'exit 7'], { stdio: 'ignore' })));
  show(without(cp.spawnSync('sh', ['-c', 'kill -KILL $$'])));
  show(without(cp.spawnSync('troupe-no-such-program', ['x'])));
  show(without(cp.spawnSync('sleep', ['60'], { timeout: 50 })));
  show(without(cp.spawnSync('echo', [], { stdio: ['pipe', 77] })));
  show(cp.spawnSync('yes', { maxBuffer: 10 }).error.code);
  show(cp.spawnSync('head', ['-c', '3000000', '/dev/zero'], { maxBuffer: Infinity }).stdout.length);
  show(cp.spawnSync('wc', ['-c'], { input: Buffer.alloc(3000000), encoding: 'utf8' }).stdout.trim());
  show(cp.execSync('echo "$0"; pwd', { cwd: '/', encoding: 'utf8' }));
  show(cp.execFileSync('sh', ['-c', 'echo $0'], { argv0: 'named', encoding: 'utf8' }));
  show(cp.execFileSync('echo *', { shell: '/bin/sh', cwd: '/proc/self/fdinfo', encoding: 'utf8' })
    .length > 2);
  for (const each of [() => cp.execSync('exit 3'), () => cp.execFileSync('false'),
                      () => cp.execSync('echo seen >&2; exit 2', { stdio: 'pipe' }),
                      () => cp.execFileSync('troupe-no-such-program')]) {
    try {
      show(each());
    } catch (error) {
      const { name, message, status, signal, code, stdout, stderr } = error;
      show({ name, message, status, signal, code, stdout, stderr });
    }
  }
}

function checks() {
  show('-- arguments');
  for (const each of [
    () => cp.spawn(), () => cp.spawn(''), () => cp.spawn('a\0b'), () => cp.spawn('a', ['b\0']),
    () => cp.spawn('a', 'b'), () => cp.spawn('a', [], 1), () => cp.spawn('a', [], null),
    () => cp.spawn('a', [], { cwd: 1 }), () => cp.spawn('a', [], { cwd: 'a\0' }),
    () => cp.spawn('a', [], { detached: 1 }), () => cp.spawn('a', [], { uid: 'a' }),
    () => cp.spawn('a', [], { gid: 1.5 }), () => cp.spawn('a', [], { shell: 1 }),
    () => cp.spawn('a', [], { argv0: 1 }), () => cp.spawn('a', [], { windowsHide: 1 }),
    () => cp.spawn('a', [], { stdio: 'foo' }), () => cp.spawn('a', [], { stdio: 1 }),
    () => cp.spawn('a', [], { stdio: ['foo'] }), () => cp.spawn('a', [], { stdio: [{}] }),
    () => cp.spawn('a', [], { stdio: ['ipc', 'ipc'] }), () => cp.spawn('a', [], { timeout: 'a' }),
    () => cp.spawn('a', [], { timeout: -1 }), () => cp.spawn('a', [], { killSignal: 'SIGFOO' }),
    () => cp.spawn('a', [], { killSignal: 999 }), () => cp.spawn('a', [], { killSignal: {} }),
    () => cp.spawn('a', [], { signal: 1 }), () => cp.spawn('a', [], { serialization: 'x' }),
    () => cp.spawnSync('a', [], { maxBuffer: -1 }), () => cp.spawnSync('a', [], { maxBuffer: 'a' }),
    () => cp.spawnSync('cat', [], { input: 1 }), () => cp.spawnSync('cat', { stdio: ['ipc'] }),
    () => cp.exec(), () => cp.exec('a', {}, 1), () => cp.exec(''), () => cp.execFile(),
    () => cp.execFile('a', [], {}, 1), () => cp.execFile('a', 1),
    () => cp.execFile('a', [], { maxBuffer: -1 }), () => cp.execSync(), () => cp.execFileSync(),
    () => cp.execSync('echo a', { encoding: 'nope' }), () => cp.fork(), () => cp.fork('a', 'b'),
    () => cp.fork('a', [], 1), () => cp.fork('a', [], { stdio: ['pipe'] }),
    () => new cp.ChildProcess().spawn(), () => new cp.ChildProcess().spawn({}),
    () => new cp.ChildProcess().spawn({ file: 'a', args: 1 }),
  ])
    show(attempt(each));
  show([cp.spawn, cp.exec, cp.execFile, cp.fork, cp.spawnSync, cp.execFileSync, cp.execSync]
    .map((each) => [each.name, each.length]));
}

async function itself() {
  show('-- the program itself');
  const child = self('console.log(process.argv.length, process.execArgv.length); process.exit(4)');
  show(await Promise.all([text(child.stdout), ended(child)]));
  const signalled = self('process.on("SIGTERM", () => process.exit(8)); console.log("ready");' +
                         'setInterval(() => {}, 1000)');
  signalled.stdout.once('data', () => signalled.kill());
  show(await ended(signalled));
  show(cp.execFileSync(process.execPath, ['--expose-gc', '-p', 'typeof gc'], { encoding: 'utf8' }));
  show(cp.execFileSync(process.execPath,
                       ['--no-warnings', '--experimental-vm-modules', __filename, 'child', 'x'],
                       { encoding: 'utf8' }));
  const reader = self('let n = 0; process.stdin.on("data", (d) => n += d.length)' +
                      '.on("end", () => console.log(n))');
  reader.stdin.end('x'.repeat(200000));
  show(await text(reader.stdout));
}

async function messages() {
  show('-- fork');
  const child = cp.fork(__filename, ['forked'], { execArgv: ['--no-warnings'] });
  show(child.connected, typeof child.send, child.stdio);
  for (const each of ['exit', 'disconnect'])
    child.on(each, (...how) => show(each, how));
  child.on('message', (message) => {
    show('parent has', message);
    if (message.hello)
      child.send({ text: 'é\n', list: [1, null] });
    else
      child.disconnect();
  });
  await new Promise((resolve) => child.on('exit', resolve));
  show(child.connected, attempt(() => child.send('x', (error) => show('told', error.code))));
}

if (process.argv[2] === 'child') {
  show(process.argv.slice(2), process.execArgv, process.execPath === process.argv[0]);
} else if (process.argv[2] === 'forked') {
  show('child', process.connected, process.env.NODE_CHANNEL_FD, process.execArgv);
  process.on('message', (message) => {
    show('child has', message);
    process.send({ bye: message.text });
  });
  process.on('disconnect', () => { process.exitCode = process.connected ? 1 : 6; });
  process.send({ hello: true });
} else {
  spawning().then(descriptors).then(collected).then(waitedFor).then(checks).then(itself)
    .then(messages);
}

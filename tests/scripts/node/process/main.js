const process2 = require('node:process');
const EventEmitter = require('events');
console.log(process2 === process, process2 === require('process'), process === globalThis.process);
console.log(Object.prototype.toString.call(process), process instanceof EventEmitter,
            process.constructor.name);
console.log(typeof process.pid, typeof process.ppid, process.platform, typeof process.arch);
console.log(process.argv.length, process.argv[1] === __filename, process.argv.slice(2));
console.log(typeof process.version, /^v\d+\.\d+\.\d+$/.test(process.version),
            process.versions.node === process.version.slice(1), typeof process.versions.v8);
console.log(process.release.name, typeof process.execPath, typeof process.title);
console.log(process.cwd() === require('path').resolve('.'));
process.env.TROUPE_TEST = 12;
console.log(typeof process.env.TROUPE_TEST, process.env.TROUPE_TEST, 'TROUPE_TEST' in process.env);
delete process.env.TROUPE_TEST;
console.log(process.env.TROUPE_TEST, typeof process.env.PATH);
try {
  process.env.x = Symbol('s');
} catch (error) {
  console.log(error.name, error.message);
}
const before = process.hrtime();
const past = process.hrtime(before);
console.log(before.length, past[0] === 0, past[1] > 0, typeof process.hrtime.bigint());
console.log(process.uptime() > 0, Object.keys(process.memoryUsage()).join());
console.log(process.memoryUsage.rss() > 1e6);
for (const [f, ...args] of [[process.nextTick], [process.nextTick, 3], [process.hrtime, 1],
                            [process.hrtime, [1]], [process.kill, 'a'],
                            [process.kill, process.pid, 'SIGNOPE'], [process.emitWarning, 5],
                            [process.chdir, 3]]) {
  try {
    f(...args);
  } catch (error) {
    console.log(error.name, error.code, error.message);
  }
}
try {
  process.exitCode = 'x';
} catch (error) {
  console.log(error.name, error.code, error.message);
}
try {
  process.exitCode = 1.5;
} catch (error) {
  console.log(error.name, error.code, error.message);
}
console.log(process.exitCode, process.kill(process.pid, 0));
console.log(process.stdout.write('written\n'), process.stdout.fd, process.stderr.fd);
process.stdout.write(new Uint8Array([104, 105, 10]), () => console.log('callback'));
console.log(
            process.listenerCount("exit"));
const listener = () => {};
process.on('SIGUSR2', listener);
process.off('SIGUSR2', listener);
console.log(process.listenerCount('SIGUSR2'));
process.on('SIGUSR2', (name, number) => {
  console.log('got', name, number);
  clearInterval(waiting);
});
const waiting = setInterval(() => {}, 1000);
process.kill(process.pid, 'SIGUSR2');

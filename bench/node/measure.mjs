// Measures named cases and prints JSON: what the programs here have in common.
//
//   PROGRAM [--only=NAME] [--samples=N] [--scale=X] | --list
//
// A case does `count` operations at a time: that is one sample. Times are of one
// operation, in microseconds: by the clock, and what the script's thread was running.
// `--scale` makes counts (and warming up) smaller.

import process from 'node:process';

const warmUps = 3;

function options(argv) {
  const found = { only: undefined, samples: 9, scale: 1, list: false };
  for (const each of argv) {
    const [name, value] = each.split('=');
    if (name === '--only')
      found.only = value;
    else if (name === '--samples')
      found.samples = Number(value);
    else if (name === '--scale')
      found.scale = Number(value);
    else if (name === '--list')
      found.list = true;
    else
      throw new Error(`unknown option: ${each}`);
  }
  return found;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// In Troupe, `cpuUsage` is of the thread.
function runningTime() {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return user + system;
}

async function sample(run, count) {
  const running = runningTime();
  const begin = process.hrtime.bigint();
  const given = run(count);
  if (typeof given?.then === 'function')
    await given;
  const passed = Number(process.hrtime.bigint() - begin) / 1000;
  return { passed: passed / count, running: (runningTime() - running) / count };
}

async function measure({ name, count, prepare }, { samples, scale }) {
  const operations = Math.max(1, Math.round(count * scale));
  const run = await prepare(operations);
  for (let i = 0; i < warmUps; ++i)
    await sample(run, operations);
  const times = [];
  for (let i = 0; i < samples; ++i)
    times.push(await sample(run, operations));
  const passed = times.map((each) => each.passed);
  return {
    name,
    operations,
    median: median(passed),
    min: Math.min(...passed),
    max: Math.max(...passed),
    running: median(times.map((each) => each.running)),
  };
}

// `cases`: [{ name, count, prepare(count) → run(count) }]; `run` may give a promise.
export async function main(cases) {
  const wanted = options(process.argv.slice(2));
  if (wanted.list) {
    console.log(cases.map(({ name }) => name).join('\n'));
    return;
  }
  const results = [];
  for (const each of cases)
    if (wanted.only === undefined || each.name === wanted.only)
      results.push(await measure(each, wanted));
  if (results.length === 0)
    throw new Error(`no case is named ${wanted.only}`);
  const { troupe, v8 } = process.versions;
  console.log(JSON.stringify({
    host: troupe === undefined ? `Node ${process.version.slice(1)}` : `Troupe ${troupe}`,
    v8,
    results,
  }, null, 2));
}

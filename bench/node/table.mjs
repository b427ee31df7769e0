// The table of what bench/node/compare has measured: FOLDER has a file of each host per case
// and round. "Troupe / Node" compares the medians of the same round, "fastest" the fastest
// samples of all rounds, "running" the time that the script's threads were running.

import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';

const limit = 1.1;
const folder = process.argv[2];
const hosts = new Set();

function read(file) {
  const { host, v8, results } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
  hosts.add(v8 === undefined ? host : `${host} (V8 ${v8})`);
  return results[0];
}

// By name: all rounds.
const cases = new Map();
for (const file of readdirSync(folder).filter((name) => name.endsWith('.node.json')).sort()) {
  const round = { node: read(file), troupe: read(file.replace('.node.', '.troupe.')) };
  const rounds = cases.get(round.node.name) ?? [];
  rounds.push(round);
  cases.set(round.node.name, rounds);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1];
}

function least(rounds, host) {
  return Math.min(...rounds.map((round) => round[host].min));
}

function micros(value) {
  return value >= 100 ? value.toFixed(0) : value >= 0.01 ? value.toPrecision(3) : value.toFixed(4);
}

function ratio(value) {
  return !Number.isFinite(value) ? '–' : value >= 0.1 ? value.toFixed(2) : value.toPrecision(2);
}

function spread(values, show) {
  return `${show(median(values))} (${show(Math.min(...values))}..${show(Math.max(...values))})`;
}

// On a busy machine the clock tells more about the neighbours than about the host.
function verdict(passed, running) {
  if (passed <= limit)
    return '';
  return running <= limit ? 'by the clock only' : '**slower**';
}

function row([name, rounds]) {
  const ratios = rounds.map(({ node, troupe }) => troupe.median / node.median);
  const running = rounds.map(({ node, troupe }) => troupe.running / node.running);
  return [
    name,
    spread(rounds.map(({ node }) => node.median), micros),
    spread(rounds.map(({ troupe }) => troupe.median), micros),
    spread(ratios, ratio),
    ratio(least(rounds, 'troupe') / least(rounds, 'node')),
    ratio(median(running)),
    verdict(median(ratios), median(running)),
  ];
}

console.log(`${[...hosts].join(', ')}; ${[...cases.values()][0]?.length} rounds\n`);
console.log('| case | Node, µs | Troupe, µs | Troupe / Node | fastest | running | |');
console.log('|---|---|---|---|---|---|---|');
for (const each of cases)
  console.log(`| ${row(each).join(' | ')} |`);

// The table of what bench/node/compare has measured: FOLDER has a file of each host per case
// and round. A ratio is Troupe's median by Node's of the same round; "fastest" compares
// the fastest samples of all rounds, "running" the time that the threads were running.

import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';

const folder = process.argv[2];
const cases = new Map();
const hosts = new Map();

function read(file) {
  const { host, v8, results } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
  hosts.set(host, v8);
  return results[0];
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.node.json')).sort()) {
  const node = read(file);
  const troupe = read(file.replace('.node.', '.troupe.'));
  if (!cases.has(node.name))
    cases.set(node.name, { node: [], troupe: [], ratios: [], running: [], least: [Infinity, Infinity] });
  const seen = cases.get(node.name);
  seen.node.push(node.median);
  seen.troupe.push(troupe.median);
  seen.ratios.push(troupe.median / node.median);
  seen.running.push(troupe.running / node.running);
  seen.least = [Math.min(seen.least[0], node.min), Math.min(seen.least[1], troupe.min)];
}

function median(sorted) {
  return sorted[(sorted.length - 1) >> 1];
}

function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 0.001 ? value.toPrecision(3) : value.toFixed(5);
}

function ratioText(value) {
  return value >= 0.1 ? value.toFixed(2) : value.toPrecision(2);
}

function spread(values, show) {
  const sorted = [...values].sort((a, b) => a - b);
  return `${show(median(sorted))} (${show(sorted[0])}..${show(sorted.at(-1))})`;
}

const rounds = Math.max(...[...cases.values()].map(({ ratios }) => ratios.length));
console.log(`${[...hosts].map(([host, v8]) => `${host} (V8 ${v8})`).join(' and ')}, ${rounds} rounds\n`);
console.log('| case | Node, µs | Troupe, µs | Troupe / Node | fastest | running | |');
console.log('|---|---|---|---|---|---|---|');
for (const [name, { node, troupe, ratios, running, least }] of cases) {
  const ratio = median([...ratios].sort((a, b) => a - b));
  const verdict = ratio > 1.1 ? '**slower**' : '';
  console.log(`| ${name} | ${spread(node, digits)} | ${spread(troupe, digits)} | ` +
    `${spread(ratios, ratioText)} | ${ratioText(least[1] / least[0])} | ` +
    `${ratioText(median(running.sort((a, b) => a - b)))} | ${verdict} |`);
}

// Runs every script of fleet.json in Node and compares with what the manifest expects: node verify.mjs
//
//   --update   writes the results of the good kinds into the manifest; needed after a change to a script or its data
//
// Node stands in for Troupe where that is possible: node:vm for the context, its timeout for the deadline, and a child
// process whose heap is limited for each hostile script, as going over the limit is the end of a Node process.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import vm from "node:vm";

const RUNS = 10;
const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const manifest = JSON.parse(read("fleet.json"));

/** The script's result, as plain data, and how long it took. A new context each time, so nothing is warm but V8. */
function run({ script, input, timeout_ms = manifest.timeout_ms }, seed) {
  const globals = { input: input ? read(input) : "", seed, count: 1 };
  const context = vm.createContext(globals, { microtaskMode: "afterEvaluate" });
  const code = new vm.Script(read(script), { filename: script });
  const start = performance.now();
  const value = code.runInContext(context, { timeout: timeout_ms });
  return { ms: performance.now() - start, result: value && JSON.parse(JSON.stringify(value)) };
}

// -- good kinds -----------------------------------------------------------------

/** One result per variant: seeds that differ by the number of variants have the same. */
function results(kind) {
  const variants = [run(kind, 0).result];
  for (;;) {
    const { result } = run(kind, variants.length);
    if (isDeepStrictEqual(result, variants[0])) return variants;
    variants.push(result);
  }
}

function checkGood(kind) {
  const runs = Array.from({ length: RUNS * kind.expected.length }, (_, seed) => run(kind, seed));
  const times = runs.map(({ ms }) => ms).sort((a, b) => a - b);
  const right = runs.every(({ result }, seed) => isDeepStrictEqual(result, kind.expected[seed % kind.expected.length]));
  return { right, says: `${kind.expected.length} variants, median ${times[times.length >> 1].toFixed(1)} ms` };
}

// -- hostile kinds --------------------------------------------------------------

/** In the child process: says how the script ended. */
function tryHostile(kind) {
  try {
    run(kind, 0);
    return "result";
  } catch (error) {
    return error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? "timeout" : "error";
  }
}

function checkHostile(kind) {
  const heap = `--max-old-space-size=${manifest.heap_limit_mib}`;
  const child = spawnSync(process.execPath, [heap, fileURLToPath(import.meta.url), "--hostile", kind.name], {
    encoding: "utf8",
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const outOfHeap = child.stderr.includes("heap out of memory");
  const outcome = outOfHeap ? "heap_limit" : child.stdout.trim() || String(child.signal);
  return { right: outcome === kind.expect, says: outcome };
}

// -- the manifest as text ---------------------------------------------------------

/** JSON with everything that fits on a line of 120 columns on one line. */
function format(value, indent = "", used = 0) {
  const short = JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
  if (typeof value !== "object" || indent.length + used + short.length < 120) return short;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Object.entries(value).map(([name, item]) => {
    const key = Array.isArray(value) ? "" : `${JSON.stringify(name)}: `;
    return inner + key + format(item, inner, key.length + 1);
  });
  return `${open}\n${items.join(",\n")}\n${indent}${close}`;
}

const [option, name] = process.argv.slice(2);
if (option === "--hostile") {
  console.log(tryHostile(manifest.kinds.find((kind) => kind.name === name)));
} else {
  const isGood = ({ expect }) => expect === "result";
  if (option === "--update") {
    for (const kind of manifest.kinds.filter(isGood)) kind.expected = results(kind);
    writeFileSync(new URL("fleet.json", import.meta.url), format(manifest) + "\n");
  }
  for (const kind of manifest.kinds) {
    const { right, says } = isGood(kind) ? checkGood(kind) : checkHostile(kind);
    if (!right) process.exitCode = 1;
    console.log(`${right ? "ok   " : "WRONG"}  ${kind.name.padEnd(12)}  ${says}`);
  }
}

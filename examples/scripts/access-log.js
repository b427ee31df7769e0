// One site's daily report from the log of a web server that serves several.
//
// input   the log: Apache's combined format, the site in front (%v), the response time in microseconds behind (%D)
// seed    picks the site: the sites of the log in alphabetical order, modulo their number
// result  totals, latency, the busiest of everything, and bursts of server errors; `checksum` covers the whole report
(function accessLog() {
  "use strict";

  // A quoted field may hold quotes, which Apache writes as \" (mod_log_config, "Format Notes").
  const quoted = String.raw`"((?:[^"\\]|\\.)*)"`;
  const LINE = new RegExp(
    String.raw`^(\S+) (\S+) \S+ \S+ \[(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) \+0000\] ` +
      `${quoted} (\\d{3}) (\\d+|-) ${quoted} ${quoted} (\\d+)$`);
  const REQUEST = /^([A-Z]+) (\/\S*) HTTP\/[\d.]+$/;
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  // Server errors are a burst while this many of them lie within one window.
  const BURST_ERRORS = 8;
  const BURST_WINDOW = 60_000;

  // -- reading ----------------------------------------------------------------

  function parseLine(line) {
    const fields = LINE.exec(line);
    if (!fields) return null;
    const [, site, client, day, month, year, hour, minute, second, request, status, bytes, , agent, micros] = fields;
    return {
      site,
      client,
      agent,
      time: Date.UTC(year, MONTHS.indexOf(month), day, hour, minute, second),
      hour: Number(hour),
      path: REQUEST.exec(request)?.[2] ?? null,     // null: not HTTP, e.g. a TLS hello sent to the plain port
      status: Number(status),
      bytes: bytes === "-" ? 0 : Number(bytes),
      micros: Number(micros),
    };
  }

  function parseLog(text) {
    const entries = [];
    let malformed = 0;
    for (const line of text.trimEnd().split("\n")) {
      const entry = parseLine(line);
      if (entry) entries.push(entry);
      else ++malformed;
    }
    return { entries, malformed };
  }

  /** The path without its query and with one name for all numbered pages: /products/17?x=1 becomes /products/:n. */
  function route(path) {
    const plain = path.split("?", 1)[0].replace(/(?<=[/-])\d+(?=\.\w+$|$)/, ":n");
    try {
      return decodeURIComponent(plain);
    } catch {
      return plain;                                 // a stray % is the client's mistake, not ours
    }
  }

  // -- counting ---------------------------------------------------------------

  /** Sums `amount(entry)` by `key(entry)`; the largest come first, equal ones in alphabetical order. */
  function tally(entries, key, amount = () => 1) {
    const sums = new Map();
    for (const entry of entries) {
      const name = key(entry);
      sums.set(name, (sums.get(name) ?? 0) + amount(entry));
    }
    return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  }

  /** Nearest-rank percentiles, in milliseconds. */
  function percentiles(entries) {
    const sorted = Float64Array.from(entries, ({ micros }) => micros / 1000).sort();
    const at = (percent) => sorted[Math.ceil((sorted.length * percent) / 100) - 1];
    return { p50: at(50), p90: at(90), p99: at(99) };
  }

  /** Windows that hold enough errors; those that overlap count as one burst. */
  function errorBursts(entries) {
    const failed = entries.filter(({ status }) => status >= 500);
    const times = failed.map(({ time }) => time).sort((a, b) => a - b);
    const bursts = [];
    for (let first = 0, last = 0; last < times.length; ++last) {
      while (times[last] - times[first] > BURST_WINDOW) ++first;
      if (last - first + 1 < BURST_ERRORS) continue;
      const current = bursts.at(-1);
      if (current && first <= current.last) current.last = last;
      else bursts.push({ first, last });
    }
    return bursts.map(({ first, last }) => ({
      from: clock(times[first]),
      to: clock(times[last]),
      errors: last - first + 1,
    }));
  }

  function clock(time) {
    return new Date(time).toISOString().slice(11, 19);
  }

  // -- reporting --------------------------------------------------------------

  function siteReport(entries) {
    const http = entries.filter(({ path }) => path !== null);
    return {
      requests: entries.length,
      notHttp: entries.length - http.length,
      bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
      status: Object.fromEntries(tally(entries, ({ status }) => `${Math.floor(status / 100)}xx`)),
      ms: percentiles(entries),
      hours: tally(entries, ({ hour }) => hour),
      routes: tally(http, ({ path }) => route(path)),
      traffic: tally(http, ({ path }) => route(path), ({ bytes }) => bytes),
      clients: tally(entries, ({ client }) => client),
      agents: tally(entries, ({ agent }) => agent),
      bursts: errorBursts(entries),
    };
  }

  /** FNV-1a over UTF-16 code units. */
  function checksum(text) {
    const { imul } = Math;
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; ++i) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  }

  const { entries, malformed } = parseLog(input);
  const sites = [...new Set(entries.map(({ site }) => site))].sort();
  const site = sites[seed % sites.length];
  const report = siteReport(entries.filter((entry) => entry.site === site));
  const { requests, notHttp, bytes, status, ms, bursts } = report;
  return {
    site,
    requests,
    notHttp,
    malformed,                                      // of the whole log: a broken line belongs to no site
    bytes,
    status,
    ms,
    busiestHour: report.hours[0][0],
    topRoute: report.routes[0][0],
    topTraffic: report.traffic[0][0],
    topClient: report.clients[0][0],
    bursts,
    checksum: checksum(JSON.stringify(report)),
  };
})();

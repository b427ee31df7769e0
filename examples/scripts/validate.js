// Checks order records against rules that come with the data.
//
// input   one JSON record per line; `record` says which kind: profiles, rule, customer, product or order
// seed    picks the profile (lenient, standard, strict), that is which of the rules hold: names[seed % names.length]
// result  valid orders; for each rule that was broken how often and where first; `checksum` covers every message
//
// A rule compiles to a function of an order that calls `report` with a message for each thing wrong. A path is a field's
// name or lines[].name, which means that field of each line. An absent value breaks no rule but `required`, so that one
// mistake is reported once.
(function validate() {
  "use strict";

  const { isFinite, isInteger } = Number;
  const { isArray } = Array;
  const show = JSON.stringify;

  // -- paths ------------------------------------------------------------------

  /** Returns a function (order, visit) that shows `visit` each value at `path`, present or not. */
  function visitor(path) {
    const [name, inner] = path.split("[].");
    if (inner === undefined) return (order, visit) => visit(order[name]);
    return (order, visit) => {
      if (isArray(order[name])) for (const item of order[name]) visit(item?.[inner]);
    };
  }

  /** Returns a function that lists the values at `path`. */
  function values(path) {
    const visitValues = visitor(path);
    return (order) => {
      const list = [];
      visitValues(order, (value) => list.push(value));
      return list;
    };
  }

  function present(value) {
    return value !== undefined && value !== null;
  }

  /** Returns a function that sums the numbers at all of the paths. */
  function sum(paths) {
    const visitors = paths.map(visitor);
    return (order) => {
      let total = 0;
      const add = (value) => (total += isFinite(value) ? value : 0);
      for (const visitValues of visitors) visitValues(order, add);
      return total;
    };
  }

  // -- types ------------------------------------------------------------------

  const TYPES = {
    integer: isInteger,
    boolean: (value) => typeof value === "boolean",
    date: isDate,
  };

  /** A day that exists: 2025-02-30 has the form of a date but Date moves it to March. */
  function isDate(value) {
    if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
    const time = new Date(`${value}T00:00:00Z`);
    return time.getUTCDate() === Number(value.slice(8));
  }

  // -- the two forms that most checks have ----------------------------------------

  /** Each value has to be accepted by itself. */
  function eachValue(path, accepts, message, report) {
    const visitValues = visitor(path);
    const visit = (value) => {
      if (present(value) && !accepts(value)) report(message(value));
    };
    return (order) => visitValues(order, visit);
  }

  /** Each number has to equal the one that `expected(order)` has in its place. Other types are for `type` to find. */
  function eachEquals(path, expected, report) {
    const read = values(path);
    return (order) => {
      const wanted = expected(order);
      read(order).forEach((value, index) => {
        if (!isFinite(value) || !isFinite(wanted[index]) || value === wanted[index]) return;
        report(`${path} is ${value}, not ${wanted[index]}`);
      });
    };
  }

  // -- checks: (rule, report, tables) => (order) => void -----------------------------

  const CHECKS = {
    required: ({ path }, report) => (order) => {
      if (!present(order[path])) report(`${path} is missing`);
    },

    type: ({ path, type }, report) =>
      eachValue(path, TYPES[type], (value) => `${path} ${show(value)} is no ${type}`, report),

    range: ({ path, min, max }, report) => {
      const accepts = (value) => value >= min && value <= max;
      return eachValue(path, accepts, (value) => `${path} ${value} is not in ${min}…${max}`, report);
    },

    size: ({ path, min, max }, report) => {
      const accepts = ({ length }) => length >= min && length <= max;
      return eachValue(path, accepts, ({ length }) => `${length} ${path}`, report);
    },

    pattern: ({ path, pattern }, report) => {
      const form = new RegExp(pattern, "u");
      const accepts = (value) => form.test(value);
      return eachValue(path, accepts, (value) => `${path} ${show(value)} has the wrong form`, report);
    },

    oneOf: ({ path, values: known }, report) =>
      eachValue(path, (value) => known.includes(value), (value) => `${path} ${show(value)} is unknown`, report),

    unique: ({ path }, report) => {
      const seen = new Set();
      const accepts = (value) => !seen.has(value) && seen.add(value);
      return eachValue(path, accepts, (value) => `${path} ${value} was used before`, report);
    },

    reference: ({ path, in: table }, report, tables) =>
      eachValue(path, (value) => tables[table].has(value), (value) => `no ${value} in ${table}`, report),

    referenced: ({ path, in: table, field, is }, report, tables) => {
      const accepts = (value) => (tables[table].get(value)?.[field] ?? is) === is;
      return eachValue(path, accepts, (value) => `${path} ${value}: ${field} is not ${is}`, report);
    },

    notBefore: ({ path, than }, report) => (order) => {
      // Dates written year first are in order as texts.
      if (order[path] < order[than]) report(`${path} ${order[path]} is before ${than} ${order[than]}`);
    },

    requiredWhen: ({ path, when, in: table, field, isOneOf }, report, tables) => (order) => {
      const state = table ? tables[table].get(order[when])?.[field] : order[when];
      if (isOneOf.includes(state) && !present(order[path])) report(`${path} is missing for ${state}`);
    },

    product: ({ path, factors }, report) => {
      const [left, right] = factors.map(values);
      const expected = (order) => {
        const others = right(order);
        return left(order).map((value, index) => value * others[index]);
      };
      return eachEquals(path, expected, report);
    },

    samePrice: ({ path, key, in: table, field }, report, tables) => {
      const keys = values(key);
      return eachEquals(path, (order) => keys(order).map((value) => tables[table].get(value)?.[field]), report);
    },

    sum: ({ path, plus, minus }, report) => {
      const [credit, debit] = [sum(plus), sum(minus)];
      return eachEquals(path, (order) => [credit(order) - debit(order)], report);
    },

    atMostPercent: ({ path, percent, of }, report) => {
      const whole = sum([of]);
      return (order) => {
        const limit = (whole(order) * percent) / 100;
        if (order[path] > limit) report(`${path} ${order[path]} is above ${percent} % (${limit})`);
      };
    },
  };

  // -- reading ----------------------------------------------------------------

  function parse(line) {
    try {
      return JSON.parse(line);
    } catch {
      return { record: "unreadable" };
    }
  }

  function readRecords(text) {
    const records = text.trimEnd().split("\n").map(parse);
    return (kind) => records.filter(({ record }) => record === kind);
  }

  // -- reporting --------------------------------------------------------------

  /** Everything that breaks one rule: [{ order, message }]. */
  function violations(rule, tables, orders) {
    const found = [];
    let order;
    const check = CHECKS[rule.check](rule, (message) => found.push({ order, message }), tables);
    for (order of orders) check(order);
    return found;
  }

  function summary(found) {
    const [{ order, message }] = found;
    return { count: found.length, first: `${order.id}: ${message}` };
  }

  /** FNV-1a over UTF-16 code units. */
  function checksum(text) {
    const { imul } = Math;
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; ++i) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  }

  const records = readRecords(input);
  const { names } = records("profiles")[0];
  const profile = names[seed % names.length];
  const tables = {
    customers: new Map(records("customer").map((customer) => [customer.id, customer])),
    products: new Map(records("product").map((product) => [product.sku, product])),
  };
  const orders = records("order");
  const broken = records("rule")
    .filter(({ profiles }) => profiles?.includes(profile) ?? true)
    .map((rule) => ({ id: rule.id, found: violations(rule, tables, orders) }))
    .filter(({ found }) => found.length > 0);
  const all = broken.flatMap(({ found }) => found);
  return {
    profile,
    orders: orders.length,
    unreadable: records("unreadable").length,
    valid: orders.length - new Set(all.map(({ order }) => order)).size,
    violations: Object.fromEntries(broken.map(({ id, found }) => [id, summary(found)])),
    checksum: checksum(all.map(({ order, message }) => `${order.id}: ${message}`).join("\n")),
  };
})();

// Writes the input files of the example scripts: node generate.mjs
//
// Everything comes from one seeded random number generator per file, so a second run writes the same bytes, and a change
// to one file's generator leaves the others alone. All people, firms and hosts are invented: addresses are from the
// documentation ranges (RFC 5737, RFC 3849), host names from example.com, .net and .org (RFC 2606).

import { writeFileSync } from "node:fs";

// -- chance -------------------------------------------------------------------

/** Random numbers from a seed (mulberry32: integer arithmetic only, so the same everywhere). */
function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const between = (low, high) => low + (next() % (high - low + 1));
  const pick = (list) => list[next() % list.length];
  const chance = (percent) => next() % 10_000 < percent * 100;
  /** Picks a key of `weights` ({ name: weight }) in proportion to its weight. */
  const weighted = (weights) => {
    let rest = next() % Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    return Object.keys(weights).find((key) => (rest -= weights[key]) < 0);
  };
  const sample = (list, size) => Array.from({ length: size }, () => pick(list));
  return { between, pick, chance, weighted, sample };
}

const pad = (value, width) => String(value).padStart(width, "0");
const save = (name, text) => writeFileSync(new URL(name, import.meta.url), text);

// -- products, shared by the catalogue, the orders and the log's paths ------------

const CATEGORIES = {
  Shelter: ["Tents", "Tarps", "Hammocks"],
  Sleep: ["Sleeping bags", "Mats", "Pillows"],
  Kitchen: ["Stoves", "Pots", "Bottles"],
  Carry: ["Rucksacks", "Dry bags", "Trolleys"],
};

const NOUNS = {
  "Tents": ["Tunnel Tent", "Dome Tent"], "Tarps": ["Wing Tarp", "Tarp"], "Hammocks": ["Hammock", "Swing"],
  "Sleeping bags": ["Down Bag", "Quilt"], "Mats": ["Air Mat", "Foam Mat"], "Pillows": ["Pillow", "Neck Rest"],
  "Stoves": ["Gas Stove", "Wood Stove"], "Pots": ["Pot Set", "Kettle"], "Bottles": ["Flask", "Café Mug"],
  "Rucksacks": ["Rucksack", "Daypack"], "Dry bags": ["Dry Bag", "Map Case"], "Trolleys": ["Trolley", "Sled"],
};

const SERIES = ["Føhn", "Mistral", "Bora", "Chinook", "Levante", "Sirocco", "Zephyr", "Zonda", "Bise", "Étésien"];
const COLOURS = ["moss", "slate", "ochre", "night blue", "brick", "sand"];
const TAGS = ["ultralight", "family", "winter", "repairable", "recycled", "vegan", "two-person", "expedition"];

const SENTENCES = [
  "Packs down to the size of a loaf of bread.",
  "Sewn in small batches & checked by hand.",
  "Every part can be bought on its own, for decades.",
  "Keeps the weather where it belongs: outside.",
  "Tested on a wet week in Ålesund, then on a wetter one.",
  "Weighs less than the guide book you left at home.",
  "Rated \"very quiet\" in winds of up to 90 km/h.",
  "Comes with a repair kit, spare cord and a postcard.",
  "The fabric is dyed without water; seams are taped.",
];

// Some customers write mark-up, and some write it on purpose: a template that forgets to escape shows here.
const REVIEWS = [
  "Held up for 3 weeks in the Pyrenees.", "Good, but the zip is < perfect.", "Great value 👍",
  "Too small for people > 1.90 m", "Bought two: one for me & one for my sister.", "Naïve design, très solide.",
  "<b>BEST</b> tent ever!!!", "<script>alert('reviewed')</script>", "It's \"fine\", I suppose.", "雨の日も快適でした",
];

const FIRST_NAMES = ["Ada", "Björn", "Chloé", "Dmitri", "Eun-ji", "Fatima", "Goran", "Hana", "Íñigo", "Jutta", "Kofi", "Lwazi"];
const LAST_NAMES = ["Almeida", "Brandt", "Castro", "Dvořák", "Eriksen", "Fischer", "Gupta", "Haddad", "Ito", "Jansen", "O'Neill"];

const PRODUCT_COUNT = 180;

function makeProducts() {
  const roll = dice(20250512);
  const kinds = Object.values(CATEGORIES).flat();
  return Array.from({ length: PRODUCT_COUNT }, (_, index) => {
    const category = kinds[index % kinds.length];
    const name = `${roll.pick(SERIES)} ${roll.pick(NOUNS[category])} ${roll.between(1, 9)}`;
    return {
      sku: `${category.slice(0, 3).toUpperCase()}-${pad(index + 1, 4)}`,
      name,
      category,
      price: roll.between(9, 489) * 100 + roll.pick([0, 50, 90, 95, 99]),   // cents
      oldPrice: roll.chance(20) ? roll.between(500, 600) * 100 : null,
      stock: roll.chance(12) ? 0 : roll.between(1, 140),
      grams: roll.between(80, 4200),
      tags: [...new Set(roll.sample(TAGS, roll.between(0, 3)))],
      colours: [...new Set(roll.sample(COLOURS, roll.between(1, 4)))],
      text: [...new Set(roll.sample(SENTENCES, roll.between(2, 5)))].join(" "),
      reviews: Array.from({ length: roll.between(0, 4) }, () => ({
        by: `${roll.pick(FIRST_NAMES)} ${roll.pick(LAST_NAMES)}`,
        on: isoDay(roll.between(0, 400)),
        stars: roll.between(1, 5),
        text: roll.pick(REVIEWS),
      })),
    };
  });
}

/** The day that many days after 2024-04-01. */
function isoDay(offset) {
  return new Date(Date.UTC(2024, 3, 1 + offset)).toISOString().slice(0, 10);
}

// -- data/catalog.json ----------------------------------------------------------

const SHOPS = [
  { name: "Leeway Outdoor", lang: "en", currency: "£", before: true, decimal: ".", group: ",", free: 5000, motto: "Stay out longer" },
  { name: "Windschatten", lang: "de", currency: "€", before: false, decimal: ",", group: ".", free: 7500, motto: "Für \"draußen\" & unterwegs" },
  { name: "Sous l'auvent", lang: "fr", currency: "€", before: false, decimal: ",", group: " ", free: 0, motto: "À l'abri du vent" },
  { name: "Lä & Lugn", lang: "sv", currency: "kr", before: false, decimal: ",", group: " ", free: 60000, motto: "" },
];

const TEMPLATES = {
  layout: `<!doctype html>
<html lang="{{ shop.lang }}">
<head><meta charset="utf-8"><title>{{ title }} – {{ shop.name }}</title></head>
<body>
<header><h1>{{ shop.name | upper }}</h1>{{#if shop.motto}}<p>{{ shop.motto }}</p>{{/if}}</header>
<nav>{{{ nav }}}</nav>
<main>
{{{ body }}}
</main>
<footer>{{#if shop.free}}Free delivery from {{ shop.free | money }}{{else}}Delivery is always free{{/if}}</footer>
</body>
</html>
`,
  nav: "{{#each tree as node}}{{> branch}}{{/each}}",
  // Renders itself for the nodes below it.
  branch: `<ul><li><a href="/{{ node.name | slug }}">{{ node.name }}</a>{{#each node.below as node}}{{> branch}}{{/each}}</li></ul>`,
  index: `<p>{{ products.length }} things in {{ categories.length }} shelves</p>
{{#each categories as category}}<h2>{{ category.name }} ({{ category.products.length }})</h2>
{{/each}}`,
  category: `<h2>{{ category.name }}</h2>
<ol>
{{#each category.products as product}}  <li class="{{#if loop.first}}first{{/if}}{{#if loop.last}}last{{/if}}">{{> card}}</li>
{{/each}}</ol>
`,
  card: `<a href="/{{ product.sku | lower }}">{{ product.name }}</a> {{> price}} <q>{{ product.text | truncate 40 }}</q>`,
  price: `{{#if product.oldPrice}}<s>{{ product.oldPrice | money }}</s> <em>{{ product.price | money }}</em>{{else}}<b>{{ product.price | money }}</b>{{/if}}`,
  product: `<h2>{{ product.name }}</h2>
<p>{{ product.text }}</p>
<p>{{> price}} · {{#if product.stock}}{{ product.stock }} in stock{{else}}sold out{{/if}} · {{ product.grams | kilograms }}</p>
<p>Colours: {{ product.colours | join ", " }}{{#if product.tags}} · {{#each product.tags as tag}}<i>#{{ tag }}</i>{{#unless loop.last}} {{/unless}}{{/each}}{{/if}}</p>
{{#if product.reviews}}<section>
{{#each product.reviews as review}}<blockquote>{{ review.stars | stars }} {{ review.text }} <cite>{{ review.by }}, {{ review.on | date }}</cite></blockquote>
{{/each}}</section>{{else}}<p>No reviews yet</p>{{/if}}
<aside>{{#each product.similar as product}}{{> card}}{{/each}}</aside>
`,
};

/** One record per line, so that a diff of the data says which record changed. */
function lines(records) {
  return `[\n${records.map((record) => JSON.stringify(record)).join(",\n")}\n]`;
}

function writeCatalog(products) {
  const tree = Object.entries(CATEGORIES).map(([name, below]) => ({ name, below: below.map((child) => ({ name: child, below: [] })) }));
  // Templates are kept as lists of lines: readable in the file, joined again by the script.
  const templates = Object.fromEntries(Object.entries(TEMPLATES).map(([name, text]) => [name, text.split("\n")]));
  save("catalog.json", `{
"shops": ${lines(SHOPS)},
"templates": ${JSON.stringify(templates, null, 1)},
"tree": ${lines(tree)},
"products": ${lines(products)}
}
`);
}

// -- data/access.log --------------------------------------------------------------

const LOG_LINES = 3_820;
const DAY = "12/May/2025";

// Requests per hour of the day, as weights: quiet at night, busy at noon and in the evening.
const HOURS = [8, 5, 4, 3, 3, 5, 10, 18, 26, 32, 36, 38, 42, 40, 36, 34, 33, 36, 42, 50, 52, 40, 26, 14];

const SITES = {
  "shop.example.com": { weight: 45, paths: { "/": 10, "/products/#": 40, "/cart": 8, "/search?q=@": 14, "/static/app.js": 10, "/static/app.css": 10, "/img/#.webp": 20 } },
  "api.example.com": { weight: 33, paths: { "/v1/products/#": 30, "/v1/orders": 12, "/v1/orders/#": 14, "/v1/stock?sku=@": 20, "/v2/search?q=@&page=#": 10, "/healthz": 8 } },
  "docs.example.org": { weight: 15, paths: { "/": 8, "/guide/tents": 9, "/guide/repair%20kits": 5, "/faq": 7, "/files/manual-#.pdf": 4 } },
  "blog.example.net": { weight: 7, paths: { "/": 6, "/2025/05/wet-week": 7, "/2025/04/caf%C3%A9-mug": 4, "/feed.xml": 9 } },
};

const AGENTS = {
  "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": 20,
  "Mozilla/5.0 (Windows NT 10.0; Win64; rv:137.0) Firefox/137.0": 16,
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Mobile/15E148": 16,
  "Mozilla/5.0 (Linux; Android 14) Chrome/135.0 Mobile": 18,
  "ExampleBot/2.1 (+https://bot.example.net/)": 6,
  "okhttp/4.12.0": 8,
  "curl/8.5.0": 5,
  'My \\"quoted\\" reader/1.0': 2,     // Apache escapes a quote inside a field
  "-": 3,
};

const SEARCHES = ["tent", "tunnel+tent", "gas%20stove", "caf%C3%A9", "sled", "%E9t%E9"];    // the last one is not UTF-8

// What a log file holds besides requests: cut-off lines, other programs' output, lines written over each other.
const BROKEN = [
  (line) => line.slice(0, 37),
  (line) => line.slice(line.length >> 1),
  (line) => line.replace('" ', " "),
  (line) => line.replace(/ \d{3} /, " OK "),
  (line) => line.slice(0, 60) + line,
  (line) => line.replace("[", "").replace("]", ""),
  () => "",
  () => "AH00558: httpd: Could not reliably determine the server's fully qualified domain name",
  () => "    at Object.handle (/srv/app/server.js:118:23)",
];

function clientAddress(roll) {
  if (roll.chance(12)) return `2001:db8:${roll.between(1, 9).toString(16)}::${roll.between(1, 60).toString(16)}`;
  const network = roll.pick(["192.0.2", "198.51.100", "203.0.113"]);
  // The smaller of two throws: some addresses come back often, as offices and bots do.
  return `${network}.${Math.min(roll.between(1, 254), roll.between(1, 254))}`;
}

function concretePath(roll, pattern) {
  return pattern.replace("#", () => roll.between(1, PRODUCT_COUNT)).replace("@", () => roll.pick(SEARCHES));
}

/** Microseconds, with the long tail that makes a p99 worth looking at. */
function responseTime(roll, status) {
  const slow = status >= 500 ? 60 : 2;
  if (roll.chance(slow)) return roll.between(900_000, 6_000_000);
  return roll.chance(20) ? roll.between(60_000, 400_000) : roll.between(700, 60_000);
}

function ordinaryRequest(roll) {
  const site = roll.weighted(Object.fromEntries(Object.entries(SITES).map(([name, { weight }]) => [name, weight])));
  const path = concretePath(roll, roll.weighted(SITES[site].paths));
  const status = Number(roll.weighted({ 200: 820, 304: 70, 301: 20, 404: 45, 403: 8, 400: 6, 429: 6, 500: 4, 503: 2 }));
  return {
    second: Number(roll.weighted(HOURS)) * 3600 + roll.between(0, 3599),
    site,
    client: clientAddress(roll),
    user: site.startsWith("api") && roll.chance(60) ? `partner-${roll.between(1, 9)}` : "-",
    request: `${path === "/v1/orders" || path === "/cart" ? "POST" : roll.chance(3) ? "HEAD" : "GET"} ${path} HTTP/${roll.pick(["1.1", "2.0"])}`,
    status,
    bytes: status === 304 ? "-" : status === 200 ? roll.between(400, 90_000) : roll.between(150, 900),
    referer: roll.chance(22) ? `https://${roll.pick(["shop.example.com/", "search.example.org/?q=tent", "blog.example.net/"])}` : "-",
    agent: roll.weighted(AGENTS),
    micros: responseTime(roll, status),
  };
}

/** `size` requests to `site` that fail within `seconds` from `start` on: a backend that went away. */
function outage(roll, { site, start, seconds, size }) {
  return Array.from({ length: size }, () => ({
    ...ordinaryRequest(roll),
    site,
    second: start + roll.between(0, seconds),
    request: `GET ${concretePath(roll, roll.weighted(SITES[site].paths))} HTTP/1.1`,
    status: roll.pick([500, 502, 503, 504]),
    bytes: roll.between(150, 900),
    micros: roll.between(1_000_000, 30_000_000),
  }));
}

/** One client that tries the doors of every site, as happens every day. */
function scan(roll, start) {
  const doors = ["GET /wp-login.php HTTP/1.1", "GET /.env HTTP/1.1", "GET /cgi-bin/%%32%65 HTTP/1.1", "\\x16\\x03\\x01\\x02", "-"];
  return Array.from({ length: 120 }, (_, index) => {
    const request = roll.pick(doors);
    return {
      ...ordinaryRequest(roll),
      second: start + index * 2,
      client: "203.0.113.66",
      user: "-",
      request,
      status: request.startsWith("GET") ? 404 : 400,
      bytes: 196,
      referer: "-",
      agent: "-",
      micros: roll.between(150, 900),
    };
  });
}

function logLine({ second, site, client, user, request, status, bytes, referer, agent, micros }) {
  const time = [second / 3600, (second / 60) % 60, second % 60].map((part) => pad(Math.floor(part), 2)).join(":");
  return `${site} ${client} - ${user} [${DAY}:${time} +0000] "${request}" ${status} ${bytes} "${referer}" "${agent}" ${micros}`;
}

function writeAccessLog() {
  const roll = dice(80);
  const requests = Array.from({ length: LOG_LINES }, () => ordinaryRequest(roll));
  requests.push(
    ...outage(roll, { site: "api.example.com", start: 14 * 3600 + 7 * 60, seconds: 170, size: 64 }),
    ...outage(roll, { site: "shop.example.com", start: 20 * 3600 + 31 * 60, seconds: 55, size: 30 }),
    ...outage(roll, { site: "api.example.com", start: 23 * 3600 + 2 * 60, seconds: 40, size: 18 }),
    ...scan(roll, 3 * 3600 + 12 * 60),
  );
  // A line is written when its request ends but carries the time it began, so a real log is only nearly in order.
  const ends = ({ second, micros }) => second + micros / 1e6;
  requests.sort((a, b) => ends(a) - ends(b));
  const text = requests.flatMap((request) => {
    const line = logLine(request);
    return roll.chance(1) ? [line, roll.pick(BROKEN)(line)] : [line];
  });
  save("access.log", text.join("\n") + "\n");
}

// -- data/orders.ndjson -----------------------------------------------------------

const ORDERS = 2_000;
const PROFILES = ["lenient", "standard", "strict"];

// What the records have to satisfy. A rule without `profiles` holds in all of them. `lines[].sku` means the sku of each
// line; `in` names a table of other records; checks other than `required` say nothing about absent values.
const RULES = [
  { id: "has-id", check: "required", path: "id" },
  { id: "has-customer", check: "required", path: "customer" },
  { id: "has-lines", check: "required", path: "lines" },
  { id: "id-form", check: "pattern", path: "id", pattern: "^O-\\d{6}$" },
  { id: "id-unique", check: "unique", path: "id" },
  { id: "email-form", check: "pattern", path: "email", pattern: "^[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+$" },
  { id: "placed-date", check: "type", path: "placed", type: "date" },
  { id: "total-integer", check: "type", path: "total", type: "integer" },
  { id: "gift-boolean", check: "type", path: "gift", type: "boolean" },
  { id: "quantity-integer", check: "type", path: "lines[].quantity", type: "integer" },
  { id: "quantity-range", check: "range", path: "lines[].quantity", min: 1, max: 99 },
  { id: "line-count", check: "size", path: "lines", min: 1, max: 12 },
  { id: "currency-known", check: "oneOf", path: "currency", values: ["EUR", "GBP", "SEK"] },
  { id: "status-known", check: "oneOf", path: "status", values: ["open", "shipped", "delivered", "cancelled"] },
  { id: "customer-exists", check: "reference", path: "customer", in: "customers" },
  { id: "sku-exists", check: "reference", path: "lines[].sku", in: "products" },
  { id: "customer-active", check: "referenced", path: "customer", in: "customers", field: "blocked", is: false, profiles: ["standard", "strict"] },
  { id: "shipped-after-placed", check: "notBefore", path: "shipped", than: "placed" },
  { id: "shipped-when-sent", check: "requiredWhen", path: "shipped", when: "status", isOneOf: ["shipped", "delivered"] },
  { id: "vat-id-for-firms", check: "requiredWhen", path: "vatId", when: "customer", in: "customers", field: "kind", isOneOf: ["business"], profiles: ["strict"] },
  { id: "line-amount", check: "product", path: "lines[].amount", factors: ["lines[].quantity", "lines[].price"] },
  { id: "total-adds-up", check: "sum", path: "total", plus: ["lines[].amount", "shipping"], minus: ["discount"] },
  { id: "discount-limit", check: "atMostPercent", path: "discount", percent: 30, of: "lines[].amount", profiles: ["standard"] },
  { id: "discount-limit-strict", check: "atMostPercent", path: "discount", percent: 20, of: "lines[].amount", profiles: ["strict"] },
  { id: "list-price", check: "samePrice", path: "lines[].price", key: "lines[].sku", in: "products", field: "price", profiles: ["strict"] },
];

// Each takes one good order and breaks it in one way; beside it, the rule that should notice.
const FAULTS = [
  (order) => { delete order.customer; },                                                    // has-customer
  (order) => { order.lines = null; },                                                       // has-lines (and the sum)
  (order) => { order.id = order.id.replace("-", ""); },                                     // id-form
  (order) => { order.id = "O-100000"; },                                                    // id-unique
  (order) => { order.email = order.email.replace("@", " at "); },                           // email-form
  (order) => { order.placed = "2025-02-30"; },                                              // placed-date
  (order) => { order.total = String(order.total); },                                        // total-integer
  (order) => { order.gift = "yes"; },                                                       // gift-boolean
  (order) => { order.lines[0].quantity += 0.5; },                                           // quantity-integer (and the amount)
  (order) => { order.lines[0].quantity = 0; },                                              // quantity-range (and the amount)
  (order) => { order.lines = []; order.total = order.shipping - order.discount; },          // line-count
  (order) => { order.currency = "eur"; },                                                   // currency-known
  (order) => { order.status = "lost"; },                                                    // status-known
  (order) => { order.customer = "C9999"; },                                                 // customer-exists
  (order) => { order.lines.at(-1).sku = "TEN-9999"; },                                      // sku-exists
  (order) => { order.status = "delivered"; order.shipped = "2023-12-31"; },                 // shipped-after-placed
  (order) => { order.status = "shipped"; delete order.shipped; },                           // shipped-when-sent
  (order) => { order.lines[0].amount += 1; order.total += 1; },                             // line-amount
  (order) => { order.total -= 100; },                                                       // total-adds-up
  (order) => { order.discount += 1_000_000; order.total -= 1_000_000; },                    // discount-limit
];

function makeCustomers(roll) {
  return Array.from({ length: 300 }, (_, index) => ({
    record: "customer",
    id: `C${pad(index + 1, 4)}`,
    kind: roll.chance(25) ? "business" : "private",
    blocked: roll.chance(1),
  }));
}

function makeOrder(roll, index, customers, products) {
  const customer = roll.pick(customers);
  const day = roll.between(300, 395);
  const status = roll.weighted({ open: 20, shipped: 25, delivered: 50, cancelled: 5 });
  const lines = roll.sample(products, roll.between(1, 3)).map(({ sku, price: listPrice }) => {
    const quantity = roll.between(1, roll.chance(10) ? 20 : 3);
    const price = roll.chance(0.5) ? listPrice - 100 : listPrice;
    return { sku, quantity, price, amount: quantity * price };
  });
  const goods = lines.reduce((sum, { amount }) => sum + amount, 0);
  const discount = roll.chance(30) ? Math.floor((goods * roll.pick([5, 10, 15, 20, 25])) / 100) : 0;
  const shipping = goods > 50_000 ? 0 : 490;
  return {
    record: "order",
    id: `O-${100_000 + index}`,
    customer: customer.id,
    email: `${roll.pick(["ada", "bjorn", "chloe", "eun-ji", "hana", "kofi"])}.${roll.between(1, 999)}@example.com`,
    ...(customer.kind === "business" && !roll.chance(2) ? { vatId: `XX${roll.between(10_000_000, 99_999_999)}` } : {}),
    placed: isoDay(day),
    status,
    ...(status === "shipped" || status === "delivered" ? { shipped: isoDay(day + roll.between(0, 9)) } : {}),
    currency: roll.pick(["EUR", "EUR", "GBP", "SEK"]),
    gift: roll.chance(8),
    lines,
    discount,
    shipping,
    total: goods + shipping - discount,
  };
}

function writeOrders(allProducts) {
  const roll = dice(4711);
  const customers = makeCustomers(roll);
  const products = allProducts.map(({ sku, price }) => ({ record: "product", sku, price }));
  const orders = Array.from({ length: ORDERS }, (_, index) => {
    const order = makeOrder(roll, index, customers, products);
    if (index > 0 && roll.chance(7)) roll.pick(FAULTS)(order);
    const text = JSON.stringify(order);
    return roll.chance(0.3) ? text.slice(0, roll.between(20, text.length - 2)) : text;     // a line cut off is no JSON
  });
  const head = [
    { record: "profiles", names: PROFILES },
    ...RULES.map((rule) => ({ record: "rule", ...rule })),
    ...customers,
    ...products,
  ];
  save("orders.ndjson", [...head.map((record) => JSON.stringify(record)), ...orders].join("\n") + "\n");
}

// -- data/budget.tsv --------------------------------------------------------------

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const CENTRES = 9;
const FIRST_MONTH = 3;                          // column D; A to C are centre, line and base value
const column = (index) => String.fromCharCode(65 + index);
const JAN = column(FIRST_MONTH), DEC = column(FIRST_MONTH + 11), YEAR = column(FIRST_MONTH + 12);

// How each line of a cost centre goes from month to month: [formula for January, formula for a later month], where
// {base}, {prev} and {n} stand for the cells of the base value, of the month before and of the month's number.
const BUDGET_LINES = {
  Sales: ["=ROUND({base}*(1+$B$5),2)", "=ROUND({prev}*(1+$B$5)*IF(OR({n}=7,{n}=8),0.94,1),2)"],
  Services: ["={base}", "=ROUND({prev}*(1+$B$5/2),2)"],
  Salaries: ["={base}*$B$9", "=IF({n}=4,ROUND({prev}*(1+$B$7),2),{prev})"],
  Rent: ["={base}", "={prev}+IF({n}=7,ROUND({base}*$B$6,2),0)"],
  Licences: ["=ROUND({base}/$B$8,2)", "=ROUND({base}/$B$8*(1+$B$6*{n}/12),2)"],
  Travel: ["={base}", "=IF({n}>MAX(9,3*$B$2),0,{base})"],
};

function budgetRow(centre, name, base, row) {
  const [january, later] = BUDGET_LINES[name];
  const months = MONTHS.map((_, month) =>
    (month ? later : january)
      .replaceAll("{base}", `$C${row}`)
      .replaceAll("{prev}", `${column(FIRST_MONTH + month - 1)}${row}`)
      .replaceAll("{n}", `${column(FIRST_MONTH + month)}$10`));
  return [centre, name, base, ...months, `=SUM(${JAN}${row}:${DEC}${row})`];
}

function centreRows(roll, number, firstRow) {
  const centre = `CC${pad(number, 3)}`;
  const sells = number % 6 !== 5;                // a few centres earn nothing: their margin divides by zero
  const bases = {
    Sales: sells ? roll.between(40, 400) * 1000 : 0,
    Services: sells ? roll.between(5, 60) * 500 : 0,
    Salaries: roll.between(1, 14),               // people
    Rent: roll.between(2, 30) * 250,
    Licences: roll.between(200, 9000),           // dollars
    Travel: roll.between(0, 40) * 50,
  };
  const rows = Object.entries(bases).map(([name, base], index) => budgetRow(centre, name, base, firstRow + index));
  const range = (col, from, to) => `${col}${firstRow + from}:${col}${firstRow + to}`;
  const result = Array.from({ length: 13 }, (_, month) => {
    const col = column(FIRST_MONTH + month);
    return `=SUM(${range(col, 0, 1)})-SUM(${range(col, 2, 5)})`;
  });
  const row = firstRow + rows.length;
  const margin = `=ROUND(${YEAR}${row}/SUM(${range(YEAR, 0, 1)}),4)`;
  const flag = `=IF(${YEAR}${row}<0,"loss: "&A${row},"")`;
  return [...rows, [centre, "Result", "", ...result, margin, flag]];
}

function writeBudget() {
  const roll = dice(1978);
  const rows = [
    ["Budget 2026", "", "", "a cell that starts with = is a formula; @ in column A names the value beside it"],
    ["@scenario", 2],
    ["@name", "=INDEX(C4:F4,$B$2)"],
    ["Assumptions", "active", "cautious", "base", "bold", "crisis"],
    ["Growth per month", "=INDEX(C5:F5,$B$2)", 0.002, 0.006, 0.014, -0.02],
    ["Inflation", "=INDEX(C6:F6,$B$2)", 0.025, 0.021, 0.03, 0.06],
    ["Pay rise in April", "=INDEX(C7:F7,$B$2)", 0.02, 0.025, 0.045, 0],
    ["Dollars per euro", "=INDEX(C8:F8,$B$2)", 1.08, 1.1, 1.15, 0.95],
    ["Pay per month", 5150.5],
    ["Month", "", "", ...MONTHS.map((_, month) => month + 1)],
    ["Centre", "Line", "Base", ...MONTHS, "Year", "Margin", "Flag"],
  ];
  const first = rows.length + 1;
  for (let number = 1; number <= CENTRES; ++number) rows.push(...centreRows(roll, number, rows.length + 1));
  const last = rows.length;
  const all = (col) => `${col}${first}:${col}${last}`;
  const sumOf = (line, col) => `SUMIF(${all("B")},"${line}",${all(col)})`;

  rows.push([], ["All centres", "", "", ...MONTHS.map((_, month) => `=${sumOf("Result", column(FIRST_MONTH + month))}`)]);
  const months = `${JAN}${rows.length}:${DEC}${rows.length}`;
  rows.push(
    ["@revenue", `=ROUND(${sumOf("Sales", YEAR)}+${sumOf("Services", YEAR)},2)`],
    ["@cost", `=ROUND(${["Salaries", "Rent", "Licences", "Travel"].map((line) => sumOf(line, YEAR)).join("+")},2)`],
    ["@profit", `=ROUND(${sumOf("Result", YEAR)},2)`],
    ["@bestMonth", `=INDEX(${JAN}${first - 1}:${DEC}${first - 1},MATCH(MAX(${months}),${months}))`],
    ["@losses", `=COUNTIF(${all(column(FIRST_MONTH + 14))},"loss: *")`],
  );
  // The sheet checks itself: revenue less cost is the profit, and so is the sum of the months.
  const [revenue, cost, profit] = [4, 3, 2].map((up) => `B${rows.length - up}`);
  rows.push(["@balanced", `=AND(ABS(${revenue}-${cost}-${profit})<0.05,ABS(SUM(${months})-${profit})<0.05)`]);

  const scratch = rows.length + 2;
  rows.push(
    [],
    ["Scratch", "what people leave behind at the bottom of a sheet"],
    ["circle", `=C${scratch + 1}+1`, `=B${scratch + 1}*2`, `=C${scratch + 1}`],
    ["typo", `=SUMM(${JAN}${first}:${DEC}${first})`],
    ["text", `=A${scratch}*2`, `=IFERROR(A${scratch}*2,"no number")`],
    ["moved", "=ZZ1+#REF!", `=INDEX(${all("C")},100000)`],
    ["unfinished", "=SUM(", "=1+"],
    ["average", `=AVERAGE(${all(YEAR)})`, `=MIN(${all(YEAR)})`, `=COUNT(${all(YEAR)})`, "=-(2+3)*4%", '="a ""quoted"" text"&1/8'],
  );
  save("budget.tsv", rows.map((row) => row.join("\t")).join("\n") + "\n");
}

const products = makeProducts();
writeCatalog(products);
writeAccessLog();
writeOrders(products);
writeBudget();

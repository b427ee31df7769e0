// Renders every page of a web shop's catalogue with a small template engine.
//
// input   JSON: { shops, templates: { name: [lines] }, tree, products }
// seed    picks the shop: shops[seed % shops.length], which sets the language, the currency and how numbers are written
// result  how many pages and bytes (UTF-8) came out, how many let a <script> through, and a checksum over all pages
//
// The language: {{ path | filter argument }} escaped, {{{ path }}} raw, {{#if path}} … {{else}} … {{/if}}, {{#unless}},
// {{#each path as name}} … {{/each}} with loop.first, loop.last and loop.index, and {{> partial}}.
(function templates() {
  "use strict";

  const TAG = /\{\{\{\s*([^}]+?)\s*\}\}\}|\{\{\s*([^}]+?)\s*\}\}/g;
  const BLOCK = /^#(if|unless|each)\s+(\S+)(?:\s+as\s+(\w+))?$/;

  // -- values -----------------------------------------------------------------

  const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

  function escape(text) {
    return text.replace(/[&<>"']/g, (character) => ESCAPES[character]);
  }

  /** Nothing, an empty list and an empty text are false in a template. */
  function truthy(value) {
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  }

  /** Only own properties: a template cannot reach `constructor` and what lies behind it. */
  function field(value, key) {
    return value != null && Object.hasOwn(Object(value), key) ? value[key] : undefined;
  }

  /** Reads `product.price` and the like. Scopes inherit from the scope around them and, in the end, from null. */
  function compilePath(path) {
    const [name, ...keys] = path.split(".");
    return (scope) => keys.reduce(field, scope[name]);
  }

  // -- filters: (value, argument, shop) => value ----------------------------------

  const FILTERS = {
    upper: (value) => value.toUpperCase(),
    lower: (value) => value.toLowerCase(),
    slug: (value) => value.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-"),
    join: (list, separator) => list.join(separator),
    truncate: (value, length) => (value.length > length ? `${value.slice(0, length - 1).trimEnd()}…` : value),
    date: (value) => value.split("-").reverse().join("."),
    stars: (count) => "★".repeat(count) + "☆".repeat(5 - count),
    kilograms: (grams, _, shop) => `${decimals(grams / 1000, 2, shop)} kg`,
    money: (cents, _, shop) => {
      const amount = decimals(cents / 100, 2, shop);
      return shop.before ? `${shop.currency}${amount}` : `${amount} ${shop.currency}`;
    },
  };

  // By hand, as toLocaleString depends on the locales V8 was built with.
  function decimals(number, digits, { decimal, group }) {
    const [whole, fraction] = number.toFixed(digits).split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, group) + decimal + fraction;
  }

  function compileFilter(text) {
    const [, name, argument] = /^(\w+)(?:\s+(.+))?$/.exec(text);
    const filter = field(FILTERS, name);
    if (!filter) throw new SyntaxError(`unknown filter ${name}`);
    const parsed = argument && JSON.parse(argument);
    return (value, scope) => filter(value, parsed, scope.shop);
  }

  function compileExpression(text) {
    const [path, ...filters] = text.split("|").map((part) => part.trim());
    const read = compilePath(path);
    const steps = filters.map(compileFilter);
    return (scope) => steps.reduce((value, step) => step(value, scope), read(scope));
  }

  // -- compiling: a template becomes a list of functions (scope, out) -----------------

  /** Cuts a template into texts and tags. */
  function tokenize(source) {
    const tokens = [];
    let end = 0;
    for (const match of source.matchAll(TAG)) {
      if (match.index > end) tokens.push({ text: source.slice(end, match.index) });
      tokens.push(match[1] ? { raw: match[1] } : { tag: match[2] });
      end = match.index + match[0].length;
    }
    if (end < source.length) tokens.push({ text: source.slice(end) });
    return tokens;
  }

  /** Compiles up to the tag that ends the block, which is left in `tokens[0]` (absent at the end of the template). */
  function compileBlock(tokens, partials) {
    const nodes = [];
    while (tokens.length && tokens[0].tag !== "else" && !tokens[0].tag?.startsWith("/")) {
      nodes.push(compileToken(tokens.shift(), tokens, partials));
    }
    return (scope, out) => {
      for (const node of nodes) node(scope, out);
    };
  }

  function compileToken({ text, raw, tag }, tokens, partials) {
    if (text !== undefined) return (_, out) => out.push(text);
    if (raw) return compileOutput(raw, String);
    if (tag.startsWith("#")) return compileSection(tag, tokens, partials);
    if (tag.startsWith(">")) return compilePartial(tag.slice(1).trim(), partials);
    return compileOutput(tag, (value) => escape(String(value)));
  }

  function compileOutput(expression, print) {
    const read = compileExpression(expression);
    return (scope, out) => {
      const value = read(scope);
      if (value != null) out.push(print(value));
    };
  }

  // Looked up when it is rendered, so that a partial can contain itself.
  function compilePartial(name, partials) {
    return (scope, out) => partials[name](scope, out);
  }

  function compileSection(tag, tokens, partials) {
    const [, kind, path, name] = BLOCK.exec(tag) ?? fail(`cannot read {{${tag}}}`);
    const read = compilePath(path);
    const body = compileBlock(tokens, partials);
    const otherwise = tokens[0]?.tag === "else" ? (tokens.shift(), compileBlock(tokens, partials)) : () => {};
    if (tokens.shift()?.tag !== `/${kind}`) fail(`{{${tag}}} is not closed`);
    if (kind === "each") return each(read, name, body, otherwise);
    const wanted = kind === "if";
    return (scope, out) => (truthy(read(scope)) === wanted ? body : otherwise)(scope, out);
  }

  function each(read, name, body, otherwise) {
    return (scope, out) => {
      const list = read(scope);
      if (!truthy(list)) return otherwise(scope, out);
      list.forEach((item, index) => {
        const inner = Object.create(scope);
        inner[name] = item;
        inner.loop = { index, first: index === 0, last: index === list.length - 1 };
        body(inner, out);
      });
    };
  }

  function fail(message) {
    throw new SyntaxError(message);
  }

  function compileAll(sources) {
    const partials = Object.create(null);
    for (const [name, lines] of Object.entries(sources)) {
      const tokens = tokenize(lines.join("\n"));
      partials[name] = compileBlock(tokens, partials);
      if (tokens.length) fail(`${name}: {{${tokens[0].tag}}} closes nothing`);
    }
    return partials;
  }

  // -- pages ------------------------------------------------------------------

  function shelves(products) {
    const byName = new Map(products.map(({ category }) => [category, []]));
    for (const product of products) byName.get(product.category).push(product);
    return [...byName].map(([name, list]) => ({ name, products: list.toSorted((a, b) => a.price - b.price) }));
  }

  /** The three products of the same category that are nearest in price. */
  function similar(product, shelf) {
    const distance = ({ price }) => Math.abs(price - product.price);
    return shelf.products.filter((other) => other !== product).sort((a, b) => distance(a) - distance(b)).slice(0, 3);
  }

  function* pages(products) {
    const categories = shelves(products);
    yield { template: "index", title: "Catalogue", products, categories };
    for (const category of categories) {
      yield { template: "category", title: category.name, category };
      for (const product of category.products) {
        const detailed = { ...product, similar: similar(product, category) };
        yield { template: "product", title: product.name, product: detailed };
      }
    }
  }

  function render(template, values) {
    const out = [];
    template(Object.assign(Object.create(null), values), out);
    return out.join("");
  }

  function renderPage(compiled, site, { template, ...values }) {
    const body = render(compiled[template], { ...site, ...values });
    return render(compiled.layout, { ...site, ...values, body });
  }

  // -- results ----------------------------------------------------------------

  /** Goes on counting UTF-8 bytes and hashing (FNV-1a over UTF-16 code units) where `digest` has got to. */
  function update(digest, text) {
    const { imul } = Math;
    let { bytes, hash } = digest;
    for (let i = 0; i < text.length; ++i) {
      const unit = text.charCodeAt(i);
      const surrogate = unit >= 0xd800 && unit <= 0xdfff;     // half of a character that takes four bytes
      bytes += unit < 0x80 ? 1 : unit < 0x800 || surrogate ? 2 : 3;
      hash = imul(hash ^ unit, 0x01000193);
    }
    return { bytes, hash };
  }

  const { shops, templates: sources, tree, products } = JSON.parse(input);
  const shop = shops[seed % shops.length];
  const compiled = compileAll(sources);
  const site = { shop, nav: render(compiled.nav, { shop, tree }) };
  const count = { pages: 0, injected: 0 };
  let digest = { bytes: 0, hash: 0x811c9dc5 };
  for (const page of pages(products)) {
    const html = renderPage(compiled, site, page);
    digest = update(digest, html);
    count.pages += 1;
    count.injected += html.includes("<script") ? 1 : 0;       // the reviews try; escaping keeps this at 0
  }
  const checksum = (digest.hash >>> 0).toString(16).padStart(8, "0");
  return { shop: shop.name, ...count, bytes: digest.bytes, checksum };
})();

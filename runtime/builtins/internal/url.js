'use strict';

// URL and URLSearchParams (https://url.spec.whatwg.org/); ada parses.

const {
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSplice,
  FunctionPrototypeCall,
  IteratorPrototype,
  NumberPrototypeToString,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
  ReflectOwnKeys,
  StringPrototypeCharCodeAt,
  StringPrototypeIndexOf,
  StringPrototypeReplaceAll,
  StringPrototypeSlice,
  StringPrototypeSplit,
  StringPrototypeToUpperCase,
  StringPrototypeToWellFormed,
  SymbolFor,
  SymbolIterator,
  SymbolToStringTag,
  Uint8Array,
} = primordials;

const {
  codes: {
    ERR_ARG_NOT_ITERABLE, ERR_INVALID_ARG_TYPE, ERR_INVALID_FILE_URL_HOST,
    ERR_INVALID_FILE_URL_PATH, ERR_INVALID_THIS, ERR_INVALID_TUPLE, ERR_INVALID_URL,
    ERR_INVALID_URL_SCHEME, ERR_MISSING_ARGS,
  },
} = require('internal/errors');
const { inspect } = require('internal/util/inspect');
const { compareBy, readURLBy } = require('internal/util/private_state');
const { validateFunction, validateObject } = require('internal/validators');
const { domainToASCII, domainToUnicode, parse, update } = internalBinding('url');
const { decode, encodeUtf8 } = internalBinding('encoding');

const custom = SymbolFor('nodejs.util.inspect.custom');

const toUSV = (value) => StringPrototypeToWellFormed(`${value}`);

// -- application/x-www-form-urlencoded ---------------------------------------------------

function hexDigit(code) {
  if (code >= 48 && code <= 57)
    return code - 48;
  code |= 32;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}

function decodePart(text) {
  text = StringPrototypeReplaceAll(text, '+', ' ');
  if (StringPrototypeIndexOf(text, '%') === -1)
    return text;
  const from = encodeUtf8(text);
  const to = new Uint8Array(from.length);
  let length = 0;
  for (let i = 0; i < from.length; ++i) {
    if (from[i] === 37 && i + 2 < from.length) {
      const high = hexDigit(from[i + 1]);
      const low = hexDigit(from[i + 2]);
      if (high >= 0 && low >= 0) {
        to[length++] = high * 16 + low;
        i += 2;
        continue;
      }
    }
    to[length++] = from[i];
  }
  return decode(new Uint8Array(to.buffer, 0, length), 'utf-8', false, false, undefined)[0];
}

function encodePart(text) {
  const from = encodeUtf8(text);
  let encoded = '';
  for (let i = 0; i < from.length; ++i) {
    const byte = from[i];
    if ((byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) ||
        (byte >= 97 && byte <= 122) || byte === 42 || byte === 45 || byte === 46 || byte === 95)
      encoded += primordials.StringFromCharCode(byte);
    else if (byte === 32)
      encoded += '+';
    else
      encoded += `%${byte < 16 ? '0' : ''}${
        StringPrototypeToUpperCase(NumberPrototypeToString(byte, 16))}`;
  }
  return encoded;
}

// [name, value, name, value, ...]
function parseQuery(query) {
  const list = [];
  const parts = StringPrototypeSplit(query, '&');
  for (let i = 0; i < parts.length; ++i) {
    const part = parts[i];
    if (part === '')
      continue;
    const equals = StringPrototypeIndexOf(part, '=');
    if (equals === -1)
      ArrayPrototypePush(list, decodePart(part), '');
    else
      ArrayPrototypePush(list, decodePart(StringPrototypeSlice(part, 0, equals)),
                         decodePart(StringPrototypeSlice(part, equals + 1)));
  }
  return list;
}

function serializeQuery(list) {
  let text = '';
  for (let i = 0; i < list.length; i += 2)
    text += `${i === 0 ? '' : '&'}${encodePart(list[i])}=${encodePart(list[i + 1])}`;
  return text;
}

class URLSearchParams {
  #list = [];
  #url = null; // whose query it is

  constructor(init = undefined) {
    if (init === undefined || init === null)
      return;
    if (typeof init !== 'object' && typeof init !== 'function') {
      init = toUSV(init);
      if (init[0] === '?')
        init = StringPrototypeSlice(init, 1);
      this.#list = parseQuery(init);
      return;
    }
    const method = init[SymbolIterator];
    if (#list in init && method === URLSearchParams.prototype[SymbolIterator]) {
      for (let i = 0; i < init.#list.length; ++i)
        ArrayPrototypePush(this.#list, init.#list[i]);
    } else if (method !== undefined && method !== null) {
      if (typeof method !== 'function')
        throw new ERR_ARG_NOT_ITERABLE('Query pairs');
      for (const pair of init) {
        if (pair === null || (typeof pair !== 'object' && typeof pair !== 'function') ||
            typeof pair[SymbolIterator] !== 'function')
          throw new ERR_INVALID_TUPLE('Each query pair', '[name, value]');
        const both = [];
        for (const item of pair)
          ArrayPrototypePush(both, toUSV(item));
        if (both.length !== 2)
          throw new ERR_INVALID_TUPLE('Each query pair', '[name, value]');
        ArrayPrototypePush(this.#list, both[0], both[1]);
      }
    } else {
      const keys = ReflectOwnKeys(init);
      for (let i = 0; i < keys.length; ++i) {
        const own = primordials.ReflectGetOwnPropertyDescriptor(init, keys[i]);
        if (own === undefined || !own.enumerable)
          continue;
        const name = toUSV(keys[i]);
        const value = toUSV(init[keys[i]]);
        // Names that have become the same: the later value, in the earlier place.
        let at = 0;
        while (at < this.#list.length && this.#list[at] !== name)
          at += 2;
        this.#list[at] = name;
        this.#list[at + 1] = value;
      }
    }
  }

  static create(url, query) {
    const params = new URLSearchParams();
    params.#url = url;
    params.#list = parseQuery(query);
    return params;
  }

  static replace(params, query) {
    params.#list = parseQuery(query);
  }

  static #check(params) {
    if (params === null || typeof params !== 'object' || !(#list in params))
      throw new ERR_INVALID_THIS('URLSearchParams');
    return params.#list;
  }

  #changed() {
    if (this.#url !== null)
      setQuery(this.#url, serializeQuery(this.#list));
  }

  [custom](depth, options) {
    const list = URLSearchParams.#check(this);
    if (typeof depth === 'number' && depth < 0)
      return options.stylize('[Object]', 'special');
    const separator = ', ';
    const nested = { ...options };
    if (depth !== null)
      nested.depth = depth - 1;
    const output = [];
    let length = separator.length;
    for (let i = 0; i < list.length; i += 2) {
      const text = `${inspect(list[i], nested)} => ${inspect(list[i + 1], nested)}`;
      ArrayPrototypePush(output, text);
      length += text.length + separator.length;
    }
    const name = this.constructor.name;
    if (output.length === 0)
      return `${name} {}`;
    if (length > options.breakLength)
      return `${name} {\n  ${ArrayPrototypeJoin(output, ',\n  ')} }`;
    return `${name} { ${ArrayPrototypeJoin(output, separator)} }`;
  }

  get size() {
    return URLSearchParams.#check(this).length / 2;
  }

  append(name, value) {
    const list = URLSearchParams.#check(this);
    if (arguments.length < 2)
      throw new ERR_MISSING_ARGS('name', 'value');
    ArrayPrototypePush(list, toUSV(name), toUSV(value));
    this.#changed();
  }

  delete(name, value = undefined) {
    const list = URLSearchParams.#check(this);
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('name');
    name = toUSV(name);
    if (value !== undefined)
      value = toUSV(value);
    for (let i = 0; i < list.length;) {
      if (list[i] === name && (value === undefined || list[i + 1] === value))
        ArrayPrototypeSplice(list, i, 2);
      else
        i += 2;
    }
    this.#changed();
  }

  get(name) {
    const list = URLSearchParams.#check(this);
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('name');
    name = toUSV(name);
    for (let i = 0; i < list.length; i += 2)
      if (list[i] === name)
        return list[i + 1];
    return null;
  }

  getAll(name) {
    const list = URLSearchParams.#check(this);
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('name');
    name = toUSV(name);
    const values = [];
    for (let i = 0; i < list.length; i += 2)
      if (list[i] === name)
        ArrayPrototypePush(values, list[i + 1]);
    return values;
  }

  has(name, value = undefined) {
    const list = URLSearchParams.#check(this);
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('name');
    name = toUSV(name);
    if (value !== undefined)
      value = toUSV(value);
    for (let i = 0; i < list.length; i += 2)
      if (list[i] === name && (value === undefined || list[i + 1] === value))
        return true;
    return false;
  }

  set(name, value) {
    const list = URLSearchParams.#check(this);
    if (arguments.length < 2)
      throw new ERR_MISSING_ARGS('name', 'value');
    name = toUSV(name);
    value = toUSV(value);
    let found = false;
    for (let i = 0; i < list.length;) {
      if (list[i] !== name) {
        i += 2;
      } else if (!found) {
        list[i + 1] = value;
        found = true;
        i += 2;
      } else {
        ArrayPrototypeSplice(list, i, 2);
      }
    }
    if (!found)
      ArrayPrototypePush(list, name, value);
    this.#changed();
  }

  sort() {
    const list = URLSearchParams.#check(this);
    const pairs = [];
    for (let i = 0; i < list.length; i += 2)
      ArrayPrototypePush(pairs, { __proto__: null, name: list[i], value: list[i + 1] });
    primordials.ArrayPrototypeSort(
      pairs, (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    for (let i = 0; i < pairs.length; ++i) {
      list[i * 2] = pairs[i].name;
      list[i * 2 + 1] = pairs[i].value;
    }
    this.#changed();
  }

  forEach(callback, thisArg = undefined) {
    const list = URLSearchParams.#check(this);
    validateFunction(callback, 'callback');
    for (let i = 0; i < this.#list.length; i += 2)
      FunctionPrototypeCall(callback, thisArg, this.#list[i + 1], this.#list[i], this);
    return list && undefined;
  }

  entries() {
    URLSearchParams.#check(this);
    return iterate(() => this.#list, (list, i) => [list[i], list[i + 1]]);
  }

  keys() {
    URLSearchParams.#check(this);
    return iterate(() => this.#list, (list, i) => list[i]);
  }

  values() {
    URLSearchParams.#check(this);
    return iterate(() => this.#list, (list, i) => list[i + 1]);
  }

  toString() {
    return serializeQuery(URLSearchParams.#check(this));
  }
}

const { create: createParams, replace: replaceParams } = URLSearchParams;
delete URLSearchParams.create;
delete URLSearchParams.replace;

const paramsIteratorState = new primordials.WeakMap();
const paramsIterator = ObjectSetPrototypeOf({
  next() {
    const state = primordials.WeakMapPrototypeGet(paramsIteratorState, this);
    if (state === undefined)
      throw new ERR_INVALID_THIS('URLSearchParamsIterator');
    const list = state.list();
    if (state.at >= list.length)
      return { value: undefined, done: true };
    const value = state.item(list, state.at);
    state.at += 2;
    return { value, done: false };
  },
  [custom](depth, options) {
    const state = primordials.WeakMapPrototypeGet(paramsIteratorState, this);
    if (state === undefined)
      throw new ERR_INVALID_THIS('URLSearchParamsIterator');
    if (typeof depth === 'number' && depth < 0)
      return options.stylize('[Object]', 'special');
    const rest = [];
    const list = state.list();
    for (let i = state.at; i < list.length; i += 2)
      ArrayPrototypePush(rest, inspect(state.item(list, i), options));
    return `URLSearchParams Iterator { ${ArrayPrototypeJoin(rest, ', ')} }`;
  },
}, IteratorPrototype);
ObjectDefineProperty(paramsIterator, 'next', { __proto__: null, enumerable: true });
ObjectDefineProperty(paramsIterator, SymbolToStringTag,
                     { __proto__: null, value: 'URLSearchParams Iterator', configurable: true });

function iterate(list, item) {
  const iterator = ObjectSetPrototypeOf({}, paramsIterator);
  primordials.WeakMapPrototypeSet(paramsIteratorState, iterator,
                                  { list, item, at: 0 });
  return iterator;
}

ObjectDefineProperty(URLSearchParams.prototype, SymbolIterator, {
  __proto__: null, value: URLSearchParams.prototype.entries, writable: true, configurable: true,
});

// -- URL --------------------------------------------------------------------------------

// Places of what the parser gives.
const HREF = 0;
const ORIGIN = 1;
const PROTOCOL = 2;
const USERNAME = 3;
const PASSWORD = 4;
const HOST = 5;
const HOSTNAME = 6;
const PORT = 7;
const PATHNAME = 8;
const SEARCH = 9;
const HASH = 10;

class URL {
  #parts;
  #params = undefined;

  constructor(input, base = undefined) {
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('url');
    input = toUSV(input);
    if (base !== undefined)
      base = toUSV(base);
    const parts = parse(input, base);
    if (parts === undefined)
      throw new ERR_INVALID_URL(input, base);
    this.#parts = parts;
  }

  static canParse(url, base = undefined) {
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('url');
    return parse(toUSV(url), base === undefined ? undefined : toUSV(base)) !== undefined;
  }

  static parse(input, base = undefined) {
    if (arguments.length === 0)
      throw new ERR_MISSING_ARGS('url');
    input = toUSV(input);
    if (base !== undefined)
      base = toUSV(base);
    return parse(input, base) === undefined ? null : new URL(input, base);
  }

  static isURL(value) {
    return value !== null && typeof value === 'object' && #parts in value;
  }

  static stateOf(value) {
    return isURL(value) ? [value.#parts[HREF]] : undefined;
  }

  static setQuery(url, query) {
    url.#set('search', query === '' ? '' : `?${query}`, true);
  }

  static #check(url) {
    if (!isURL(url))
      throw new ERR_INVALID_THIS('URL');
    return url.#parts;
  }

  #set(name, value, fromParams = false) {
    const parts = update(this.#parts[HREF], name, toUSV(value));
    if (parts === undefined)
      return false;
    this.#parts = parts;
    if (!fromParams && this.#params !== undefined && (name === 'search' || name === 'href'))
      replaceParams(this.#params, StringPrototypeSlice(parts[SEARCH], 1));
    return true;
  }

  [custom](depth, options) {
    const parts = URL.#check(this);
    if (typeof depth === 'number' && depth < 0)
      return this;
    const shown = { __proto__: { constructor: this.constructor === URL ? URL : this.constructor } };
    shown.href = parts[HREF];
    shown.origin = parts[ORIGIN];
    shown.protocol = parts[PROTOCOL];
    shown.username = parts[USERNAME];
    shown.password = parts[PASSWORD];
    shown.host = parts[HOST];
    shown.hostname = parts[HOSTNAME];
    shown.port = parts[PORT];
    shown.pathname = parts[PATHNAME];
    shown.search = parts[SEARCH];
    shown.searchParams = this.searchParams;
    shown.hash = parts[HASH];
    return `${this.constructor.name} ${inspect(
      primordials.ObjectAssign({}, shown), options)}`;
  }

  toString() {
    return URL.#check(this)[HREF];
  }

  get href() {
    return URL.#check(this)[HREF];
  }

  set href(value) {
    URL.#check(this);
    if (!this.#set('href', value))
      throw new ERR_INVALID_URL(`${value}`);
  }

  get origin() {
    return URL.#check(this)[ORIGIN];
  }

  get protocol() {
    return URL.#check(this)[PROTOCOL];
  }

  set protocol(value) {
    URL.#check(this);
    this.#set('protocol', value);
  }

  get username() {
    return URL.#check(this)[USERNAME];
  }

  set username(value) {
    URL.#check(this);
    this.#set('username', value);
  }

  get password() {
    return URL.#check(this)[PASSWORD];
  }

  set password(value) {
    URL.#check(this);
    this.#set('password', value);
  }

  get host() {
    return URL.#check(this)[HOST];
  }

  set host(value) {
    URL.#check(this);
    this.#set('host', value);
  }

  get hostname() {
    return URL.#check(this)[HOSTNAME];
  }

  set hostname(value) {
    URL.#check(this);
    this.#set('hostname', value);
  }

  get port() {
    return URL.#check(this)[PORT];
  }

  set port(value) {
    URL.#check(this);
    this.#set('port', value);
  }

  get pathname() {
    return URL.#check(this)[PATHNAME];
  }

  set pathname(value) {
    URL.#check(this);
    this.#set('pathname', value);
  }

  get search() {
    return URL.#check(this)[SEARCH];
  }

  set search(value) {
    URL.#check(this);
    this.#set('search', value);
  }

  get searchParams() {
    const parts = URL.#check(this);
    this.#params ??= createParams(this, StringPrototypeSlice(parts[SEARCH], 1));
    return this.#params;
  }

  get hash() {
    return URL.#check(this)[HASH];
  }

  set hash(value) {
    URL.#check(this);
    this.#set('hash', value);
  }

  toJSON() {
    return URL.#check(this)[HREF];
  }
}

const { isURL, setQuery } = URL;
compareBy(URL.stateOf, true);
readURLBy(URL.stateOf);
delete URL.stateOf;
delete URL.isURL;
delete URL.setQuery;

function show(object, names, tag) {
  for (let i = 0; i < names.length; ++i)
    ObjectDefineProperty(object, names[i], { __proto__: null, enumerable: true });
  if (tag !== undefined)
    ObjectDefineProperty(object, SymbolToStringTag,
                         { __proto__: null, value: tag, configurable: true });
}
show(URLSearchParams.prototype, ['append', 'delete', 'get', 'getAll', 'has', 'set', 'sort',
                                 'size', 'entries', 'forEach', 'keys', 'values', 'toString'],
     'URLSearchParams');
show(URL.prototype, ['toString', 'href', 'origin', 'protocol', 'username', 'password', 'host',
                     'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash', 'toJSON'],
     'URL');
show(URL, ['canParse', 'parse']);

// -- files ------------------------------------------------------------------------------

function fileURLToPath(path) {
  if (typeof path === 'string')
    path = new URL(path);
  else if (!isURL(path))
    throw new ERR_INVALID_ARG_TYPE('path', ['string', 'URL'], path);
  if (path.protocol !== 'file:')
    throw new ERR_INVALID_URL_SCHEME('file');
  if (path.hostname !== '')
    throw new ERR_INVALID_FILE_URL_HOST('linux');
  const { pathname } = path;
  for (let i = 0; i + 2 < pathname.length; ++i)
    if (pathname[i] === '%' && pathname[i + 1] === '2' &&
        (StringPrototypeCharCodeAt(pathname, i + 2) | 32) === 102)
      throw new ERR_INVALID_FILE_URL_PATH('must not include encoded / characters');
  return primordials.decodeURIComponent(pathname);
}

const escapes = [['%', '%25'], ['\\', '%5C'], ['\n', '%0A'], ['\r', '%0D'], ['\t', '%09'],
                 ['?', '%3F'], ['#', '%23']];

function pathToFileURL(path) {
  const { resolve } = require('internal/path');
  let resolved = resolve(path);
  if (path.length > 0 && path[path.length - 1] === '/' && resolved !== '/')
    resolved += '/';
  for (let i = 0; i < escapes.length; ++i)
    resolved = StringPrototypeReplaceAll(resolved, escapes[i][0], escapes[i][1]);
  return new URL(`file://${resolved}`);
}

function urlToHttpOptions(url) {
  validateObject(url, 'url', 1 | 2 | 4);
  const { hostname, pathname, port, username, password, search } = url;
  const options = {
    __proto__: null,
    ...url,
    protocol: url.protocol,
    hostname: hostname && hostname[0] === '[' ? StringPrototypeSlice(hostname, 1, -1) : hostname,
    hash: url.hash,
    search,
    pathname,
    path: `${pathname || ''}${search || ''}`,
    href: url.href,
  };
  if (port !== '')
    options.port = +port;
  if (username || password)
    options.auth = `${primordials.decodeURIComponent(username)}:${
      primordials.decodeURIComponent(password)}`;
  return options;
}

module.exports = {
  URL,
  URLSearchParams,
  domainToASCII: (domain) => domainToASCII(`${domain}`),
  domainToUnicode: (domain) => domainToUnicode(`${domain}`),
  fileURLToPath,
  isURL,
  pathToFileURL,
  urlToHttpOptions,
};

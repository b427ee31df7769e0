// Values across the border of an isolate, both ways [A8].

#include "tests/support/printing.hpp"
#include "tests/support/random_value.hpp"
#include "tests/support/realm.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>

using namespace troupe;
using namespace troupe::testing;

namespace {

value out_of(realm& from, const std::string& code) {
  auto outcome = from.out(code);
  if (!outcome)
    FAIL(code << ": " << outcome.error().message);
  return *std::move(outcome);
}

value out_of(const std::string& code) {
  realm fresh;
  return out_of(fresh, code);
}

/// What a script says about a value that was cloned in as `v`.
value seen(const value& item, const std::string& code) {
  realm fresh;
  auto outcome = fresh.with(item, code);
  if (!outcome)
    FAIL(code << ": " << outcome.error().message);
  return *std::move(outcome);
}

std::string refusal(const std::string& code) {
  realm fresh;
  auto outcome = fresh.out(code);
  if (outcome)
    FAIL(code << " was cloned as " << outcome->to_string());
  CHECK(outcome.error().code == errc::clone_failed);
  CHECK(fresh.thrown().empty());
  return outcome.error().message;
}

std::vector<std::byte> bytes_of(std::initializer_list<int> items) {
  std::vector<std::byte> bytes;
  for (int item : items)
    bytes.push_back(static_cast<std::byte>(item));
  return bytes;
}

} // namespace

// -- out: every kind ------------------------------------------------------------------

TEST_CASE("primitives leave as they are", "[runtime][structured_clone][A8]") {
  realm realm;
  CHECK(out_of(realm, "undefined").is(value_kind::undefined));
  CHECK(out_of(realm, "null").is_null());
  CHECK(out_of(realm, "true") == value{true});
  CHECK(out_of(realm, "42") == value{42});
  CHECK(out_of(realm, "-0") == value{-0.0});
  CHECK(std::isnan(out_of(realm, "NaN").as<double>()));
  CHECK(out_of(realm, "-Infinity") == value{-std::numeric_limits<double>::infinity()});
  CHECK(out_of(realm, "5e-324") == value{5e-324});
}

TEST_CASE("strings leave with NUL and lone surrogates", "[runtime][structured_clone][A8]") {
  realm realm;
  CHECK(out_of(realm, "'a\\0b'").as<std::string>() == std::string{"a\0b", 3});
  CHECK(out_of(realm, "'\\ud83d'").as<std::u16string>() == std::u16string(1, 0xD83D));
  CHECK(out_of(realm, "'\\ude00\\ud83d'").as<std::u16string>() == std::u16string{0xDE00, 0xD83D});
  CHECK(out_of(realm, "'😀ä'").as<std::string>() == "😀ä");
  CHECK(out_of(realm, "''") == value{""});
}

TEST_CASE("ropes and slices leave as the text they stand for", "[runtime][structured_clone]") {
  realm realm;
  CHECK(out_of(realm, "let s = ''; for (let i = 0; i < 1000; ++i) s += 'ab'; s").size() == 2000);
  CHECK(out_of(realm, "'0123456789'.repeat(10).substring(5, 45)").as<std::string>()
        == "5678901234567890123456789012345678901234");
}

TEST_CASE("BigInts leave whole", "[runtime][structured_clone][A8]") {
  realm realm;
  CHECK(out_of(realm, "0n") == value::bigint(0));
  CHECK(out_of(realm, "-(2n ** 63n)").as<std::int64_t>()
        == std::numeric_limits<std::int64_t>::min());
  CHECK(out_of(realm, "2n ** 64n - 1n").as<std::uint64_t>()
        == std::numeric_limits<std::uint64_t>::max());
  CHECK(out_of(realm, "-(2n ** 200n)") == value::bigint(true, {0, 0, 0, 256}));
}

TEST_CASE("Dates leave, the invalid one too", "[runtime][structured_clone][A8]") {
  realm realm;
  CHECK(out_of(realm, "new Date(12345)") == value::date(12345));
  CHECK(out_of(realm, "new Date(NaN)") == value::date(std::nan("")));
}

TEST_CASE("arrays leave with their holes", "[runtime][structured_clone][A8]") {
  realm realm;
  CHECK(out_of(realm, "[1, , undefined]") == value::array({1, value::hole(), value{}}));
  CHECK(out_of(realm, "new Array(3)")
        == value::array({value::hole(), value::hole(), value::hole()}));
  CHECK(out_of(realm, "[]") == value::array({}));
}

TEST_CASE("named properties of an array leave beside its elements",
          "[runtime][structured_clone][A8]") {
  auto v = out_of("const a = [1, 2]; a.named = 'x'; a[-1] = 'no index'; a");
  CHECK(v.size() == 2);
  CHECK(v["named"] == value{"x"});
  CHECK(v["-1"] == value{"no index"});
  CHECK(v.members().size() == 2);
}

TEST_CASE("an array of a billion holes leaves in no time",
          "[runtime][structured_clone][A8][A11]") {
  auto v = out_of("const a = []; a[999999999] = 'far'; a[5] = 'near'; a.named = 1; a");
  CHECK(v.size() == 1'000'000'000);
  CHECK(v[5] == value{"near"});
  CHECK(v[999'999'999] == value{"far"});
  CHECK(v[7].is_undefined());
  CHECK(v["named"] == value{1});
}

TEST_CASE("the longest array leaves", "[runtime][structured_clone]") {
  CHECK(
    out_of("const a = []; a.length = 4294967295; a[4294967294] = 1; a")[std::size_t{4294967294}]
    == value{1});
}

TEST_CASE("an array with many holes equals the same array made in C++",
          "[runtime][structured_clone][A8]") {
  std::vector<value> elements(200, value::hole());
  elements[7] = "x";
  auto made = value::array(elements);
  realm realm;
  auto v = out_of(realm, "const a = new Array(200); a[7] = 'x'; a");
  CHECK(v == made);
  CHECK(realm.round_trip(made).value() == made);
}

TEST_CASE("an array with many holes does not convert to a shorter vector",
          "[runtime][structured_clone][A8]") {
  auto v = out_of("const a = new Array(200); a[7] = 7; a");
  CHECK_FALSE(v.try_as<std::vector<int>>());
  auto read = v.try_as<std::vector<std::optional<int>>>();
  REQUIRE(read);
  CHECK(read->size() == 200);
  CHECK(v.elements().size() == 200);
}

TEST_CASE("an array of a billion holes converts to no vector at all",
          "[runtime][structured_clone][A8][A11]") {
  auto v = out_of("const a = []; a[999999999] = 1; a");
  CHECK_FALSE(v.try_as<std::vector<std::optional<int>>>()); // neither empty nor gigabytes
}

TEST_CASE("many long strings of one length leave in linear time",
          "[runtime][structured_clone][A11]") {
  // V8 does not hash strings beyond 16,383 units: all of these have the same hash.
  auto v = out_of(
    "const start = 'x'.repeat(20000); Array.from({length: 3000}, (_, i) => start + (1e6 + i))");
  REQUIRE(v.size() == 3000);
  CHECK(v[2999].as<std::string>().ends_with("1002999"));
}

TEST_CASE("a long string that occurs many times leaves once",
          "[runtime][structured_clone][A11]") {
  auto v = out_of("const s = 'x'.repeat(1 << 20); new Array(10000).fill(s)"); // else 10 GB
  CHECK(v.size() == 10'000);
  CHECK(v[9999].size() == 1 << 20);
}

TEST_CASE("objects leave with their own enumerable string keys",
          "[runtime][structured_clone][A8]") {
  auto v = out_of(R"(
    const o = Object.create({inherited: 1});
    o.b = 1; o[2] = 'two'; o.a = 2; o[Symbol('s')] = 3;
    Object.defineProperty(o, 'hidden', {value: 4});
    o)");
  auto members = v.members();
  REQUIRE(members.size() == 3);
  CHECK(members[0].key == "2"); // JavaScript's order: indices first
  CHECK(members[1].key == "b");
  CHECK(members[2].key == "a");
}

TEST_CASE("a key named __proto__ is a key like any other", "[runtime][structured_clone][A8]") {
  realm realm;
  auto v = out_of(realm, "({['__proto__']: 1})");
  CHECK(v["__proto__"] == value{1});
  CHECK(
    realm
      .with(v, "Object.hasOwn(v, '__proto__') && Object.getPrototypeOf(v) === Object.prototype")
      .value()
    == value{true});
}

TEST_CASE("instances of classes leave as plain objects", "[runtime][structured_clone][A8]") {
  CHECK(out_of("class P { x = 1; #secret = 2; get y() { return 3 } m() {} } new P")
        == value::object({{"x", 1}}));
}

TEST_CASE("the global object leaves with its own enumerable properties",
          "[runtime][structured_clone]") {
  realm realm;
  CHECK(out_of(realm, "globalThis") == value::object(std::vector<value::member>{}));
  CHECK(out_of(realm, "var a = 1; let hidden = 2; this") == value::object({{"a", 1}}));
}

TEST_CASE("an object without a prototype leaves", "[runtime][structured_clone]") {
  CHECK(out_of("Object.assign(Object.create(null), {a: 1})") == value::object({{"a", 1}}));
}

TEST_CASE("Maps and Sets leave in insertion order", "[runtime][structured_clone][A8]") {
  realm realm;
  CHECK(out_of(realm, "new Map([['b', 1], [{}, 2], [NaN, 3]])")
        == value::map(
          {{"b", 1}, {value::object(std::vector<value::member>{}), 2}, {std::nan(""), 3}}));
  CHECK(out_of(realm, "new Set([3, 'x', 1])") == value::set({3, "x", 1}));
}

TEST_CASE("Maps and Sets are read without calling the script", "[runtime][structured_clone]") {
  CHECK(out_of("Map.prototype[Symbol.iterator] = Map.prototype.forEach = () => { throw 1 };"
               "const m = new Map([[1, 2]]); m.extra = 'dropped'; m")
        == value::map({{1, 2}}));
}

TEST_CASE("a Map or Set may contain itself", "[runtime][structured_clone][A8]") {
  realm realm;
  auto m = out_of(realm, "const m = new Map(); m.set(m, m); m");
  CHECK(m.pairs().at(0).key.same_object(m));
  CHECK(m.pairs().at(0).item.same_object(m));
  auto s = out_of(realm, "const s = new Set(); s.add(s); s");
  CHECK(s[0].same_object(s));
}

TEST_CASE("RegExps leave with source and flags", "[runtime][structured_clone][A8]") {
  realm realm;
  CHECK(out_of(realm, "/a\\/b[ü]/dgimsuy") == value::regexp("a\\/b[ü]", "dgimsuy"));
  CHECK(out_of(realm, "/[a--b]/v") == value::regexp("[a--b]", "v"));
  CHECK(out_of(realm, "new RegExp('')") == value::regexp("(?:)"));
}

TEST_CASE("boxed primitives leave boxed", "[runtime][structured_clone][A8]") {
  realm realm;
  auto boxed = [&](const char* code) {
    auto v = out_of(realm, code);
    CHECK(v.is(value_kind::boxed));
    return v.unboxed();
  };
  CHECK(boxed("new Number(-0)") == value{-0.0});
  CHECK(boxed("new String('ä€')") == value{"ä€"});
  CHECK(boxed("new Boolean(false)") == value{false});
  CHECK(boxed("Object(7n)") == value::bigint(7));
}

TEST_CASE("ArrayBuffers leave with a copy of their bytes", "[runtime][structured_clone][A8]") {
  realm realm;
  auto v = out_of(realm, "var u = new Uint8Array([1, 2, 3]); u.buffer");
  CHECK(v == value::array_buffer(bytes_of({1, 2, 3})));
  CHECK(out_of(realm, "u[0] = 9; 1") == value{1});
  CHECK(v.as_bytes()[0] == std::byte{1});
  CHECK(out_of(realm, "new ArrayBuffer(0)").size() == 0);
}

TEST_CASE("every typed array leaves with its elements", "[runtime][structured_clone][A8]") {
  realm realm;
  CHECK(out_of(realm, "new Int8Array([-1, 2])").as<std::vector<int>>() == std::vector{-1, 2});
  CHECK(out_of(realm, "new Uint8Array([255])").element() == element_type::uint8);
  CHECK(out_of(realm, "new Uint8ClampedArray([300])")[0] == value{255});
  CHECK(out_of(realm, "new Int16Array([-300])")[0] == value{-300});
  CHECK(out_of(realm, "new Uint16Array([65535])")[0] == value{65535});
  CHECK(out_of(realm, "new Int32Array([-70000])")[0] == value{-70000});
  CHECK(out_of(realm, "new Uint32Array([4294967295])")[0] == value{4294967295u});
  CHECK(out_of(realm, "new Float16Array([1.5])")[0] == value{1.5});
  CHECK(out_of(realm, "new Float32Array([0.5])")[0] == value{0.5});
  CHECK(out_of(realm, "new Float64Array([0.1])")[0] == value{0.1});
  CHECK(out_of(realm, "new BigInt64Array([-5n])")[0] == value::bigint(-5));
  CHECK(out_of(realm, "new BigUint64Array([2n ** 64n - 1n])")[0].as<std::uint64_t>()
        == std::numeric_limits<std::uint64_t>::max());
  CHECK(out_of(realm, "new DataView(new Uint8Array([1, 2, 3]).buffer, 1)").as_bytes().size()
        == 2);
}

TEST_CASE("a view leaves with its place in the buffer", "[runtime][structured_clone][A8]") {
  auto v = out_of("new Int16Array(new Uint8Array([9, 9, 1, 0, 2, 0, 9, 9]).buffer, 2, 2)");
  CHECK(v.as<std::vector<int>>() == std::vector{1, 2});
}

TEST_CASE("views that share a buffer still share it after a round trip",
          "[runtime][structured_clone][A8]") {
  realm realm;
  auto v = out_of(realm, "const b = new ArrayBuffer(8); ({b, u: new Uint8Array(b), f: new "
                         "Float64Array(b), d: new DataView(b, 4)})");
  CHECK(realm
          .with(v, "v.u[7] = 0x40; v.u.buffer === v.b && v.f.buffer === v.b && v.d.buffer === "
                   "v.b && v.f[0] === 2 && v.d.getUint8(3) === 0x40")
          .value()
        == value{true});
}

TEST_CASE("a view whose resizable buffer has shrunk under it is refused or empty",
          "[runtime][structured_clone][A8]") {
  realm realm;
  auto v = realm.out("const b = new ArrayBuffer(16, {maxByteLength: 32});"
                     "const u = new Uint8Array(b, 8, 8); b.resize(4); u");
  if (v) {
    CHECK(v->size() == 0);
    CHECK(v->as_bytes().empty());
    CHECK(realm.with(*v, "v.length").value() == value{0});
  } else {
    CHECK(v.error().code == errc::clone_failed);
  }
}

TEST_CASE("a view that tracks the length of its buffer leaves with what it shows now",
          "[runtime][structured_clone][A8]") {
  realm realm;
  CHECK(
    out_of(realm, "var b = new ArrayBuffer(8, {maxByteLength: 32}); new Uint8Array(b, 2)").size()
    == 6);
  CHECK(out_of(realm, "b.resize(20); new Uint16Array(b, 2)").size() == 9);
  CHECK(out_of(realm, "b.resize(0); b").size() == 0);
}

TEST_CASE("errors leave with name, message, stack and cause", "[runtime][structured_clone][A8]") {
  auto v = out_of("new RangeError('outer', {cause: new TypeError('inner')})");
  REQUIRE(v.is(value_kind::error));
  CHECK(v["name"] == value{"RangeError"});
  CHECK(v["message"] == value{"outer"});
  CHECK(v["stack"].as<std::string>().starts_with("RangeError: outer\n    at "));
  CHECK(v["cause"]["name"] == value{"TypeError"});
  CHECK(v["cause"]["message"] == value{"inner"});
}

TEST_CASE("errors keep properties of their own", "[runtime][structured_clone][A8]") {
  auto v = out_of("Object.assign(new Error('no'), {code: 'ERR_X', details: [1]})");
  CHECK(v["code"] == value{"ERR_X"});
  CHECK(v["details"] == value::array({1}));
}

TEST_CASE("an error may be its own cause", "[runtime][structured_clone][A8]") {
  auto v = out_of("const e = new Error('loop'); e.cause = e; e");
  CHECK(v["cause"].same_object(v));
}

TEST_CASE("an AggregateError keeps its errors", "[runtime][structured_clone][A8]") {
  auto v = out_of("new AggregateError([new Error('a'), 2], 'both')");
  CHECK(v["errors"].size() == 2);
  CHECK(v["errors"][0]["message"] == value{"a"});
}

TEST_CASE("an error of a class of the script's keeps its name",
          "[runtime][structured_clone][A8]") {
  realm realm;
  auto v = out_of(realm, "class MyError extends Error { get name() { return 'MyError' } }; new "
                         "MyError('no')");
  CHECK(v["name"] == value{"MyError"});
  CHECK(realm
          .with(v, "v instanceof Error && v.name === 'MyError' && String(v) === 'MyError: no' "
                   "&& !Object.keys(v).includes('name')")
          .value()
        == value{true});
}

// -- out: identity and depth ----------------------------------------------------------

TEST_CASE("what is met twice is one object", "[runtime][structured_clone][A8]") {
  auto v = out_of("const part = {}; [part, {part}, new Map([[part, part]]), {}]");
  CHECK(v[0].same_object(v[1]["part"]));
  CHECK(v[0].same_object(v[2].pairs()[0].key));
  CHECK_FALSE(v[0].same_object(v[3]));
}

TEST_CASE("cycles of every length leave", "[runtime][structured_clone][A8]") {
  auto v = out_of("const a = {}, b = [a], c = new Map([['b', b]]); a.c = c; a.self = a; a");
  CHECK(v["self"].same_object(v));
  CHECK(v["c"].pairs()[0].item[0].same_object(v));
}

TEST_CASE("a hundred thousand levels leave and come back", "[runtime][structured_clone][A8]") {
  realm realm;
  auto deep =
    realm.out("let o = 'bottom'; for (let i = 0; i < 100000; ++i) o = i % 2 ? [o] : {o}; o");
  REQUIRE(deep);
  auto depth =
    realm.with(*deep, "let n = 0; while (typeof v === 'object') { v = v.o ?? v[0]; ++n } "
                      "n + v");
  REQUIRE(depth);
  CHECK(depth->as<std::string>() == "100000bottom");
}

TEST_CASE("wide and repetitive data shares its keys", "[runtime][structured_clone]") {
  auto v =
    out_of("Array.from({length: 10000}, (_, i) => ({id: i, ['näme']: 'n' + i, tags: [i]}))");
  CHECK(v.size() == 10'000);
  CHECK(v[9999]["näme"] == value{"n9999"});
  CHECK(v[1234]["tags"][0] == value{1234});
}

// -- out: scripts that interfere ------------------------------------------------------

TEST_CASE("getters are called and their values leave", "[runtime][structured_clone]") {
  CHECK(out_of("({get a() { return 1 }, b: 2})") == value::object({{"a", 1}, {"b", 2}}));
}

TEST_CASE("a getter that throws leaves its exception pending",
          "[runtime][structured_clone][A8]") {
  realm realm;
  auto outcome = realm.out("({a: [{get b() { throw new TypeError('from the getter') }}]})");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::uncaught_exception);
  CHECK(realm.thrown() == "TypeError: from the getter");
}

TEST_CASE("a getter may change what is still to be read", "[runtime][structured_clone]") {
  realm realm;
  CHECK(out_of(realm, "({get a() { this.later = 1; return 2 }})") == value::object({{"a", 2}}));
  CHECK(out_of(realm, "const arr = [{get x() { arr.length = 1; return 1 }}, 2, 3]; arr").size()
        == 3);
  CHECK(
    out_of(realm, "const m = new Map([[1, {get x() { m.clear(); return 1 }}], [2, 3]]); m").size()
    == 2);
}

TEST_CASE("a property that a getter deletes does not leave", "[runtime][structured_clone][A8]") {
  // https://html.spec.whatwg.org/#structuredserializeinternal asks HasOwnProperty
  // for each key when its turn comes.
  CHECK(out_of("({get a() { delete this.b; return 1 }, b: 2})") == value::object({{"a", 1}}));
}

TEST_CASE("a getter that detaches a buffer makes it refused", "[runtime][structured_clone]") {
  CHECK(refusal("const b = new ArrayBuffer(8); ({get a() { b.transfer(); return 1 }, b})")
        == "a detached ArrayBuffer cannot be cloned: $.b");
}

// -- out: what is refused -------------------------------------------------------------

TEST_CASE("what cannot be cloned is refused by name", "[runtime][structured_clone][A8]") {
  CHECK(refusal("(() => 1)") == "a function cannot be cloned: $");
  CHECK(refusal("class C {} C") == "a function cannot be cloned: $");
  CHECK(refusal("Symbol('x')") == "a symbol cannot be cloned: $");
  CHECK(refusal("Object(Symbol('x'))") == "a Symbol cannot be cloned: $");
  CHECK(refusal("Promise.resolve(1)") == "a promise cannot be cloned: $");
  CHECK(refusal("new Proxy({}, {})") == "a proxy cannot be cloned: $");
  CHECK(refusal("new Proxy([], {})") == "a proxy cannot be cloned: $");
  CHECK(refusal("new WeakMap") == "a WeakMap cannot be cloned: $");
  CHECK(refusal("new WeakSet") == "a WeakSet cannot be cloned: $");
  CHECK(refusal("new WeakRef({})") == "a WeakRef cannot be cloned: $");
  CHECK(refusal("(function*() {})()").ends_with("cannot be cloned: $"));
  CHECK(refusal("new SharedArrayBuffer(8, {maxByteLength: 9})")
        == "a growable SharedArrayBuffer cannot be cloned: $");
  CHECK(refusal("new Uint8Array(new SharedArrayBuffer(8, {maxByteLength: 9}))")
        == "a growable SharedArrayBuffer cannot be cloned: $");
  CHECK(refusal("new WebAssembly.Memory({initial: 1})") == "a Memory cannot be cloned: $");
}

TEST_CASE("iterators, which are nothing without their state, are refused",
          "[runtime][structured_clone][A8]") {
  CHECK(refusal("[1][Symbol.iterator]()").ends_with("cannot be cloned: $"));
  CHECK(refusal("new Map().entries()").ends_with("cannot be cloned: $"));
  CHECK(refusal("new Set([1]).values()").ends_with("cannot be cloned: $"));
  CHECK(refusal("'a'.matchAll(/a/g)").ends_with("cannot be cloned: $"));
}

TEST_CASE("objects that are nothing without their internal state are refused",
          "[runtime][structured_clone][A8]") {
  CHECK(refusal("new FinalizationRegistry(() => {})")
        == "a FinalizationRegistry cannot be cloned: $");
  CHECK(refusal("[new Intl.NumberFormat('en')]") == "a NumberFormat cannot be cloned: $[0]");
  CHECK(refusal("new WebAssembly.Table({initial: 1, element: 'anyfunc'})")
        == "a Table cannot be cloned: $");
}

TEST_CASE("an instance without properties of its own is not refused",
          "[runtime][structured_clone][A8]") {
  const auto empty = value::object(std::vector<value::member>{});
  realm realm;
  CHECK(out_of(realm, "new (class Empty { m() {} })") == empty);
  CHECK(out_of(realm, "Object.create(null)") == empty);
  CHECK(out_of(realm, "Object.create({inherited: 1})") == empty);
  CHECK(out_of(realm, "Object.create(Object.create(null))") == empty);
}

TEST_CASE("the refusal names the path", "[runtime][structured_clone][A8]") {
  CHECK(refusal("({a: [1, 2, 3, {b: () => 1}]})") == "a function cannot be cloned: $.a[3].b");
  CHECK(refusal("[[[Symbol()]]]") == "a symbol cannot be cloned: $[0][0][0]");
  CHECK(refusal("({7: {f() {}}})") == "a function cannot be cloned: $[7].f");
  CHECK(refusal("new Error('x', {cause: {f() {}}})") == "a function cannot be cloned: $.cause.f");
  CHECK(refusal("const a = []; a[1000000] = {f() {}}; a")
        == "a function cannot be cloned: $[1000000].f");
  CHECK(refusal("({list: new Set([1, {p: Promise.resolve()}])})")
        == "a promise cannot be cloned: $.list[1].p");
}

TEST_CASE("detached buffers and their views are refused", "[runtime][structured_clone][A8]") {
  CHECK(refusal("const b = new ArrayBuffer(8); b.transfer(); [b]")
        == "a detached ArrayBuffer cannot be cloned: $[0]");
  CHECK(refusal("const u = new Uint8Array(8); u.buffer.transfer(); ({u})")
        == "a detached ArrayBuffer cannot be cloned: $.u");
}

TEST_CASE("a proxy is refused without calling its traps", "[runtime][structured_clone]") {
  CHECK(refusal("[new Proxy({}, {ownKeys() { throw 1 }, get() { throw 2 }})]")
        == "a proxy cannot be cloned: $[0]");
}

// -- in -------------------------------------------------------------------------------

TEST_CASE("primitives arrive as they are", "[runtime][structured_clone][A8]") {
  CHECK(seen({}, "v === undefined") == value{true});
  CHECK(seen(nullptr, "v === null") == value{true});
  CHECK(seen(-0.0, "Object.is(v, -0)") == value{true});
  CHECK(seen(std::nan(""), "Number.isNaN(v)") == value{true});
  CHECK(seen(std::string{"a\0ä", 4}, "v === 'a\\0ä'") == value{true});
  CHECK(seen(std::u16string{0xD83D, u'a'}, "v === '\\ud83da'") == value{true});
  CHECK(seen(std::numeric_limits<std::uint64_t>::max(), "v === 2n ** 64n - 1n") == value{true});
  CHECK(seen(std::numeric_limits<std::int64_t>::min(), "v === -(2n ** 63n)") == value{true});
}

TEST_CASE("a hole that is no element arrives as undefined", "[runtime][structured_clone]") {
  CHECK(seen(value::hole(), "v === undefined") == value{true});
  CHECK(seen(value::object({{"a", value::hole()}}), "'a' in v && v.a === undefined")
        == value{true});
  CHECK(seen(value::set({value::hole()}), "v.has(undefined)") == value{true});
}

TEST_CASE("arrays arrive with their holes", "[runtime][structured_clone][A8]") {
  CHECK(seen(value::array({1, value::hole(), value{}}),
             "v.length === 3 && !(1 in v) && 2 in v && v[2] === undefined")
        == value{true});
  CHECK(seen(value::array({value::hole()}), "v.length === 1 && Object.keys(v).length === 0")
        == value{true});
}

TEST_CASE("a sparse array comes back sparse", "[runtime][structured_clone][A8]") {
  realm realm;
  auto v = out_of(realm, "const a = []; a[999999999] = 'far'; a.named = 1; a");
  CHECK(realm
          .with(v, "v.length === 1e9 && v[999999999] === 'far' && v.named === 1 && "
                   "Object.keys(v).length === 2")
          .value()
        == value{true});
}

TEST_CASE("arrived objects have this realm's prototypes", "[runtime][structured_clone][A8]") {
  auto v = value::array({value::object({{"a", 1}}), value::map({}), value::set({}),
                         value::date(0), value::regexp("a"), value::make_error("x", "RangeError"),
                         value::array_buffer({}), value::bytes({})});
  CHECK(seen(v, "v instanceof Array && v[0].constructor === Object && v[1] instanceof Map && "
                "v[2] instanceof Set && v[3] instanceof Date && v[4] instanceof RegExp && "
                "v[5] instanceof RangeError && v[6] instanceof ArrayBuffer && v[7] instanceof "
                "Uint8Array")
        == value{true});
}

TEST_CASE("arrived data does not trigger the script's setters",
          "[runtime][structured_clone][A11]") {
  realm realm;
  auto prepared =
    realm.out("Object.defineProperty(Object.prototype, 'a', {set() { throw 1 }});"
              "Object.defineProperty(Array.prototype, '0', {set() { throw 2 }}); 1");
  REQUIRE(prepared);
  CHECK(realm.with(value::array({value::object({{"a", 5}})}), "v[0].a").value() == value{5});
}

TEST_CASE("every kind of error arrives as itself", "[runtime][structured_clone][A8]") {
  for (std::string name : {"Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError",
                           "TypeError", "URIError"}) {
    CAPTURE(name);
    auto v = value::make_error("no", name);
    CHECK(seen(v, "v instanceof Error && v.name === '" + name + "' && v.message === 'no'")
          == value{true});
    CHECK(seen(v, "v instanceof " + name) == value{true});
  }
}

TEST_CASE("the parts of an arrived error are hidden as a script's are",
          "[runtime][structured_clone][A8]") {
  realm realm;
  auto v = out_of(realm, "Object.assign(new Error('m', {cause: 1}), {code: 'E'})");
  CHECK(realm
          .with(v, "Object.keys(v).join() === 'code' && v.message === 'm' && v.cause === 1 && "
                   "v.stack.startsWith('Error: m')")
          .value()
        == value{true});
}

TEST_CASE("bytes arrive in every element type", "[runtime][structured_clone][A8]") {
  const std::vector<std::byte> bytes(16, std::byte{1});
  const std::vector<std::pair<element_type, std::string>> types{
    {element_type::int8, "Int8Array"},
    {element_type::uint8, "Uint8Array"},
    {element_type::uint8_clamped, "Uint8ClampedArray"},
    {element_type::int16, "Int16Array"},
    {element_type::uint16, "Uint16Array"},
    {element_type::int32, "Int32Array"},
    {element_type::uint32, "Uint32Array"},
    {element_type::float16, "Float16Array"},
    {element_type::float32, "Float32Array"},
    {element_type::float64, "Float64Array"},
    {element_type::bigint64, "BigInt64Array"},
    {element_type::biguint64, "BigUint64Array"},
    {element_type::data_view, "DataView"}};
  for (const auto& [type, name] : types) {
    CAPTURE(name);
    CHECK(seen(value::typed_array(type, bytes), "v.constructor.name === '" + name
                                                  + "' && v.byteLength === 16 && new "
                                                    "Uint8Array(v.buffer).every(b => b === 1)")
          == value{true});
  }
}

TEST_CASE("a RegExp that does not parse is refused with a SyntaxError",
          "[runtime][structured_clone]") {
  realm realm;
  CHECK_FALSE(realm.round_trip(value::regexp("(", "")));
  CHECK(realm.thrown().starts_with("SyntaxError"));
  CHECK_FALSE(realm.round_trip(value::regexp("a", "x")));
  CHECK(realm.thrown().starts_with("SyntaxError"));
}

TEST_CASE("flags that a RegExp cannot have together are refused with a SyntaxError",
          "[runtime][structured_clone]") {
  realm realm;
  CHECK_FALSE(realm.round_trip(value::regexp("a", "uv")));
  CHECK(realm.thrown().starts_with("SyntaxError"));
  CHECK_FALSE(realm.round_trip(value::regexp("a", "gg")));
  CHECK(realm.thrown().starts_with("SyntaxError"));
}

TEST_CASE("a BigInt beyond V8's limit is refused with a RangeError",
          "[runtime][structured_clone]") {
  realm realm;
  CHECK_FALSE(
    realm.round_trip(value::bigint(false, std::vector<std::uint64_t>((1 << 24) + 1, 1))));
  CHECK(realm.thrown().starts_with("RangeError"));
}

TEST_CASE("a buffer beyond the isolate's budget is refused with a RangeError",
          "[runtime][structured_clone][A9]") {
  realm small{{.heap_bytes = 64 << 20, .array_buffer_bytes = 1 << 20, .stack_bytes = 984 * 1024}};
  auto large = value::array_buffer(std::vector<std::byte>(2 << 20));
  CHECK_FALSE(small.round_trip(large));
  CHECK(small.thrown() == "RangeError: Array buffer allocation failed");
}

TEST_CASE("a Date beyond its range arrives invalid", "[runtime][structured_clone]") {
  CHECK(seen(value::date(8.64e15), "v.getTime()") == value{8.64e15});
  CHECK(seen(value::date(8.64e15 + 1), "Number.isNaN(v.getTime())") == value{true});
  CHECK(seen(value::date(std::numeric_limits<double>::infinity()), "Number.isNaN(v.getTime())")
        == value{true});
}

// -- there and back -------------------------------------------------------------------

TEST_CASE("random values come back equal", "[runtime][structured_clone][A8]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  realm realm;
  for (int round = 0; round < 1000; ++round) {
    auto original = random_value(random, 4, false);
    auto back = realm.round_trip(original);
    if (!back || *back != original)
      FAIL("round " << round << ": " << original.to_string() << "\nbecame "
                    << (back ? back->to_string() : back.error().message));
  }
}

TEST_CASE("what came back once comes back equal", "[runtime][structured_clone][A8]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  realm realm;
  for (int round = 0; round < 1000; ++round) {
    auto back = realm.round_trip(random_value(random, 4)).value(); // errors now have a stack
    auto again = realm.round_trip(back);
    if (!again || *again != back)
      FAIL("round " << round << ": " << back.to_string() << "\nbecame "
                    << (again ? again->to_string() : again.error().message));
  }
}

TEST_CASE("cycles come back as cycles", "[runtime][structured_clone][A8]") {
  realm realm;
  auto v = out_of(
    realm, "const o = {list: [], map: new Map()}; o.list.push(o); o.map.set(o, o.list); o");
  CHECK(realm.with(v, "v.list[0] === v && v.map.get(v) === v.list").value() == value{true});
  CHECK(realm.round_trip(v).value() == v);
}

TEST_CASE("a value from one isolate arrives in another", "[runtime][structured_clone][A8]") {
  value carried;
  {
    realm first;
    carried = out_of(first, "({text: 'ä€😀', when: new Date(5), list: [1, , 3n]})");
  } // the isolate is gone
  CHECK(seen(carried,
             "v.text === 'ä€😀' && v.when.getTime() === 5 && !(1 in v.list) && v.list[2] === 3n")
        == value{true});
}

TEST_CASE("what is met a thousand times does not become a thousand copies without end",
          "[runtime][structured_clone][A8][A9]") {
  constexpr std::size_t mib = std::size_t{1} << 20;
  for (const char* code : {"Array(100).fill(1n << 8388608n)",
                           "Array(100).fill(new RegExp('x'.repeat(1 << 20)))"
                           ".map((r) => new RegExp(r))",
                           "const name = 'x'.repeat(1 << 20); Array.from({length: 100}, () => "
                           "Object.assign(new Error(), {name}))",
                           "Array(2e6).fill('x'.repeat(63))"}) {
    INFO(code);
    realm realm{{.heap_bytes = 32 * mib, .array_buffer_bytes = mib, .stack_bytes = 984 * 1024}};
    auto outcome = realm.out(code);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::clone_failed);
    CHECK(outcome.error().message.find("MiB of texts and big integers") != std::string::npos);
  }
}

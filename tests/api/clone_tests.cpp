// Values that cross between host and script: A8.

#include "tests/api/helpers.hpp"

#include <cmath>
#include <fstream>
#include <limits>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// The value after a way into a context and out again.
value there_and_back(context& ctx, const value& from) {
  value_of(ctx.set("crossing", from));
  return value_of(ctx.get("crossing"));
}

std::vector<std::byte> bytes_of(std::initializer_list<int> numbers) {
  std::vector<std::byte> bytes;
  for (int number : numbers)
    bytes.push_back(static_cast<std::byte>(number));
  return bytes;
}

} // namespace

TEST_CASE("every kind of value survives the way into a script and back", "[api][clone][A8]") {
  auto ctx = new_context();
  struct sample {
    const char* name;
    value item;
    const char* check; // what the script must find true
  };
  const auto small = bytes_of({1, 2, 3, 4, 5, 6, 7, 8});
  const std::vector<sample> samples{
    {"undefined", value{}, "x === undefined"},
    {"null", value{nullptr}, "x === null"},
    {"true", value{true}, "x === true"},
    {"false", value{false}, "x === false"},
    {"zero", value{0}, "Object.is(x, 0)"},
    {"negative zero", value{-0.0}, "Object.is(x, -0)"},
    {"NaN", value{std::nan("")}, "Number.isNaN(x)"},
    {"infinity", value{std::numeric_limits<double>::infinity()}, "x === Infinity"},
    {"negative infinity", value{-std::numeric_limits<double>::infinity()}, "x === -Infinity"},
    {"smallest", value{std::numeric_limits<double>::denorm_min()}, "x === Number.MIN_VALUE"},
    {"largest", value{std::numeric_limits<double>::max()}, "x === Number.MAX_VALUE"},
    {"32-bit limits",
     value::array(
       {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}),
     "x[0] === -(2 ** 31) && x[1] === 2 ** 31 - 1"},
    {"largest safe integer", value{std::int64_t{9007199254740991}},
     "x === Number.MAX_SAFE_INTEGER"},
    {"an integer beyond it", value{std::int64_t{9007199254740993}}, "x === 9007199254740993n"},
    {"BigInt zero", value::bigint(0), "x === 0n"},
    {"BigInt", value::bigint(std::numeric_limits<std::int64_t>::min()), "x === -(2n ** 63n)"},
    {"large BigInt", value::bigint(true, {1, 2, 3}),
     "x === -(1n + 2n * 2n ** 64n + 3n * 2n ** 128n)"},
    {"empty string", value{""}, "x === ''"},
    {"Latin-1 string", value{"grüße"}, "x === 'gr\\u00fc\\u00dfe'"},
    {"string beyond Latin-1", value{"π😀"}, "x === '\\u03c0\\ud83d\\ude00'"},
    {"string with NUL", value{std::string{"a\0b", 3}}, "x === 'a\\0b'"},
    {"lone surrogate", value{std::u16string{u"a\xd800", 2}}, "x === 'a\\ud800'"},
    {"date", value::date(1.5e12), "x instanceof Date && x.getTime() === 1.5e12"},
    {"invalid date", value::date(std::nan("")), "Number.isNaN(x.getTime())"},
    {"empty array", value::array({}), "Array.isArray(x) && x.length === 0"},
    {"array", value::array({1, "two", nullptr, value{}}),
     "x.length === 4 && x[3] === undefined && 3 in x"},
    {"array with holes", value::array({1, value::hole(), 3, value::hole()}),
     "x.length === 4 && !(1 in x) && !(3 in x) && x[2] === 3"},
    {"empty object", value::object(std::vector<value::member>{}),
     "Object.keys(x).length === 0 && Object.getPrototypeOf(x) === Object.prototype"},
    {"object", value::object({{"b", 1}, {"a", value::object({{"10", 2}})}}),
     "x.b === 1 && x.a[10] === 2"},
    {"map", value::map({{value{1}, value{"one"}}, {value::array({}), value{nullptr}}}),
     "x instanceof Map && x.size === 2 && x.get(1) === 'one'"},
    {"set", value::set({1, "1", nullptr}), "x instanceof Set && x.has('1') && x.has(null)"},
    {"regexp", value::regexp("a-b\\d+", "giu"),
     "x instanceof RegExp && x.flags === 'giu' && x.test('A-B12')"},
    {"array buffer", value::array_buffer(small),
     "x instanceof ArrayBuffer && new Uint8Array(x).join() === '1,2,3,4,5,6,7,8'"},
    {"empty array buffer", value::array_buffer({}),
     "x instanceof ArrayBuffer && x.byteLength === 0"},
    {"Int8Array", value::typed_array(element_type::int8, small), "x instanceof Int8Array"},
    {"Uint8Array", value::typed_array(element_type::uint8, small),
     "x instanceof Uint8Array && x[7] === 8"},
    {"Uint8ClampedArray", value::typed_array(element_type::uint8_clamped, small),
     "x instanceof Uint8ClampedArray"},
    {"Int16Array", value::typed_array(element_type::int16, small),
     "x instanceof Int16Array && x[0] === 0x201"},
    {"Uint16Array", value::typed_array(element_type::uint16, small), "x instanceof Uint16Array"},
    {"Int32Array", value::typed_array(element_type::int32, small),
     "x instanceof Int32Array && x.length === 2"},
    {"Uint32Array", value::typed_array(element_type::uint32, small), "x instanceof Uint32Array"},
    {"Float32Array", value::typed_array(element_type::float32, small),
     "x instanceof Float32Array"},
    {"Float64Array", value::typed_array(element_type::float64, small),
     "x instanceof Float64Array && x.length === 1"},
    {"BigInt64Array", value::typed_array(element_type::bigint64, small),
     "x instanceof BigInt64Array && x[0] === 0x807060504030201n"},
    {"BigUint64Array", value::typed_array(element_type::biguint64, small),
     "x instanceof BigUint64Array"},
    {"DataView", value::typed_array(element_type::data_view, small),
     "x instanceof DataView && x.getUint8(3) === 4"},
  };
  for (const auto& [name, item, check] : samples) {
    DYNAMIC_SECTION(name) {
      CHECK(there_and_back(ctx, item) == item);
      value_of(ctx.set("x", item));
      CHECK(value_of(ctx.run(check)).as<bool>());
    }
  }
}

TEST_CASE("every kind of script value survives the way to the host and back",
          "[api][clone][A8]") {
  auto ctx = new_context();
  // Made in the script, taken out, put back, and compared there.
  for (const char* source : {
         "[1, , 3]",
         "Array(5)",
         "Object.assign([1, 2], {extra: 'property'})",
         "const sparse = []; sparse[1000000] = 1; sparse",
         "new Array(4294967295)",
         "({a: {b: {c: [null, undefined, -0, NaN]}}})",
         "Object.assign(Object.create(null), {a: 1})",
         "new Map([[NaN, 1], [{}, new Map()]])",
         "new Set([new Set([1]), 2])",
         "/(?<year>\\d{4})/dgimsvy",
         "new RegExp('')",
         "new Date(0)",
         "123456789012345678901234567890n",
         "new Number(-0)",
         "new String('boxed')",
         "new Boolean(false)",
         "Object(5n)",
         "new Float64Array([1.5, -0, NaN])",
         "new Uint8Array(new ArrayBuffer(16), 4, 8)",
         "new DataView(new ArrayBuffer(16), 3)",
         "new Uint8Array(0)",
         "'\\ud800 lone \\udc00'",
         "'x'.repeat(100000) + '\\u1234'",
         "const e = new RangeError('m', {cause: {deep: 1}}); e.code = 'E_X'; e",
         "new AggregateError([new Error('a'), 2], 'many')",
         "class Point { constructor() { this.x = 1 } } new Point",
         "(function () { return arguments })(1, 2)",
       }) {
    DYNAMIC_SECTION(source) {
      auto out = value_of(ctx.run(std::string{"{ "} + "globalThis.made = (0, eval)(" + "`" + [&] {
        std::string text;
        for (const char* c = source; *c != 0; ++c)
          text += *c == '\\' ? "\\\\" : std::string{*c};
        return text;
      }() + "`) } made"));
      CHECK(there_and_back(ctx, out) == out);
    }
  }
}

TEST_CASE("cycles and shared references survive both ways", "[api][clone][A8]") {
  auto ctx = new_context();
  auto out = value_of(ctx.run(R"(
    const shared = {n: 1};
    const all = {one: shared, two: shared, list: [shared], map: new Map([[shared, 'x']])};
    all.self = all;
    all.list.push(all.list);
    all)"));
  CHECK(out["one"].same_object(out["two"]));
  CHECK(out["one"].same_object(out["list"][0]));
  CHECK(out["one"].same_object(out["map"].pairs()[0].key));
  CHECK(out["self"].same_object(out));
  CHECK(out["list"][1].same_object(out["list"]));
  value_of(ctx.set("back", out));
  CHECK(
    value_of(ctx.run("back.one === back.two && back.self === back && back.list[1] === back.list "
                     "&& back.map.has(back.one)"))
      .as<bool>());
  CHECK(there_and_back(ctx, out) == out);
}

TEST_CASE("two views of one buffer stay views of one buffer", "[api][clone][A8]") {
  auto ctx = new_context();
  auto out = value_of(ctx.run("const b = new ArrayBuffer(8); ({b, low: new Uint8Array(b, 0, 4), "
                              "high: new Uint8Array(b, 4)})"));
  value_of(ctx.set("back", out));
  CHECK(
    value_of(ctx.run("back.high[0] = 9; back.low.buffer === back.b && new Uint8Array(back.b)[4]"))
      .as<int>()
    == 9);
}

TEST_CASE("an error arrives with name, message, stack, cause and code", "[api][clone][A8]") {
  auto ctx = new_context();
  auto out = value_of(ctx.run(R"(
    function origin() { return new TypeError('outer', {cause: new RangeError('inner')}); }
    Object.assign(origin(), {code: 'E_MINE', detail: {n: 1}}))",
                              {}, {.filename = "errors.js"}));
  REQUIRE(out.is(value_kind::error));
  CHECK(out["name"].as<std::string>() == "TypeError");
  CHECK(out["message"].as<std::string>() == "outer");
  CHECK(out["code"].as<std::string>() == "E_MINE");
  CHECK(out["detail"]["n"].as<int>() == 1);
  CHECK(out["stack"].as<std::string>().find("at origin (errors.js:2:") != std::string::npos);
  REQUIRE(out["cause"].is(value_kind::error));
  CHECK(out["cause"]["name"].as<std::string>() == "RangeError");
  CHECK(out["cause"]["message"].as<std::string>() == "inner");
}

TEST_CASE("an error that goes in again is an error of its kind", "[api][clone][A8]") {
  auto ctx = new_context();
  auto out = value_of(ctx.run("Object.assign(new TypeError('m', {cause: 1}), {code: 'E'})"));
  value_of(ctx.set("back", out));
  CHECK(
    value_of(ctx.run("back instanceof TypeError && back.message === 'm' && back.cause === 1 && "
                     "back.code === 'E' && !Object.keys(back).includes('message') && "
                     "typeof back.stack === 'string'"))
      .as<bool>());
}

TEST_CASE("what cannot be cloned is told with its path", "[api][clone][A8]") {
  auto ctx = new_context();
  struct sample {
    const char* source;
    const char* path;
  };
  for (const auto& [source, path] : std::initializer_list<sample>{
         {"(() => 1)", "$"},
         {"Symbol('s')", "$"},
         {"({a: [0, 1, {f() {}}]})", "$.a[2].f"},
         {"new Map([['k', new WeakMap()]])", "$[1]"},
         {"({p: new Proxy({}, {})})", "$.p"},
         {"[new WeakRef({})]", "$[0]"},
         {"({p: [Promise.resolve()]})", "$.p[0]"},
         {"({g: (function* () {})()})", "$.g"},
         {"({s: new SharedArrayBuffer(8, {maxByteLength: 16})})", "$.s"},
         {"({'a b': {'\"': [Promise.resolve()]}})", "$[\"a b\"][\"\\\"\"][0]"},
         {"new Set([1, () => 1])", "$[1]"},
         {"class A {}; [[A]]", "$[0][0]"},
         {"Object.assign([1], {x: () => 1})", "$.x"},
         {"const b = new ArrayBuffer(8); structuredCloneLess = b.transfer(); ({b})", "$.b"},
         {"({o: Object(Symbol())})", "$.o"},
       }) {
    DYNAMIC_SECTION(source) {
      auto fresh = new_context();
      auto failed = error_of(fresh.run(source));
      CHECK(failed.code == errc::clone_failed);
      CHECK(failed.message.ends_with(std::string{": "} + path));
      check_usable(fresh);
    }
  }
}

TEST_CASE("take_as::nothing runs a script whose value cannot be cloned", "[api][clone][A8]") {
  auto ctx = new_context();
  CHECK(value_of(ctx.run("globalThis.f = () => 1", {.take = take_as::nothing})).is_undefined());
  CHECK(value_of(ctx.run("f()")).as<int>() == 1);
  CHECK(error_of(ctx.run("throw 1", {.take = take_as::nothing})).code
        == errc::uncaught_exception);
}

TEST_CASE("a getter of a result runs once, and its exception is the run's", "[api][clone][A8]") {
  auto ctx = new_context();
  auto out = value_of(ctx.run("var n = 0; ({get x() { return ++n }})"));
  CHECK(out["x"].as<int>() == 1);
  auto failed = error_of(ctx.run("({get x() { throw new RangeError('unreadable') }})"));
  CHECK(failed.code == errc::uncaught_exception);
  CHECK(failed.message == "RangeError: unreadable");
  check_usable(ctx);
}

TEST_CASE("getters that change what is being cloned do no harm", "[api][clone][A8]") {
  auto ctx = new_context();
  for (
    const char* source : {
      "const a = [1, 2, 3]; Object.defineProperty(a, 0, {get() { a.length = 0; return 1 }}); a",
      "const a = [1]; Object.defineProperty(a, 0, {get() { for (let i = 0; i < 1e4; ++i) "
      "a.push(i); return 1 }}); a",
      "const o = {get a() { delete o.b; o.c = 1; return 1 }, b: 2}; o",
      "const m = new Map([[1, {get x() { m.clear(); return 1 }}], [2, 2]]); m",
      "const s = new Set([{get x() { for (let i = 0; i < 1e4; ++i) s.add(i); return 1 }}]); s",
      "const b = new ArrayBuffer(64); ({get a() { b.transfer(); return 1 }, b})",
      "const b = new ArrayBuffer(64); ({b, get a() { b.transfer(); return new Uint8Array(b) }})",
      "const b = new ArrayBuffer(8, {maxByteLength: 65536}); "
      "({b, get view() { b.resize(65536); return new Uint8Array(b) }})",
      "const b = new ArrayBuffer(65536, {maxByteLength: 65536}); "
      "({b, get view() { b.resize(8); return new Uint8Array(b) }})",
      "const b = new ArrayBuffer(65536, {maxByteLength: 65536}); const v = new Uint8Array(b, "
      "100, 200); ({get a() { b.resize(8); return 1 }, v})",
      "const e = new Error('m'); Object.defineProperty(e, 'cause', {get() { delete e.stack; "
      "e.more = 1; return 1 }}); e",
    }) {
    DYNAMIC_SECTION(source) {
      auto fresh = new_context();
      auto outcome = answer_of(fresh.run(source));
      if (outcome) {
        CHECK_FALSE(outcome->to_string().empty());
        // Reads every byte that it says it has.
        for (const auto& [key, item] : outcome->members()) {
          std::size_t sum = 0;
          for (auto byte : item.as_bytes())
            sum += static_cast<std::size_t>(byte);
          CHECK(sum == 0);
        }
        CHECK(answer_of(fresh.set("back", *outcome)).has_value());
      }
      check_usable(fresh);
    }
  }
}

TEST_CASE("a value nests as deep as a script can make it", "[api][clone][A8]") {
  auto ctx = new_context();
  constexpr int depth = 100'000;
  auto out = value_of(
    ctx.run("let a = 0; for (let i = 0; i < " + std::to_string(depth) + "; ++i) a = [a]; a"));
  CHECK(there_and_back(ctx, out) == out);
  CHECK_FALSE(out.to_string().empty());
  int measured = 0;
  for (auto inner = out; inner.is(value_kind::array); inner = inner[0])
    ++measured;
  CHECK(measured == depth);
}

TEST_CASE("a large value crosses both ways", "[api][clone][A8]") {
  auto ctx = new_context();
  auto out =
    value_of(ctx.run("Array.from({length: 100000}, (_, i) => ({id: i, name: 'n' + i}))"));
  REQUIRE(out.size() == 100000);
  CHECK(out[99999]["name"].as<std::string>() == "n99999");
  CHECK(there_and_back(ctx, out) == out);
}

TEST_CASE("a value outlives its context and runtime", "[api][clone][A8]") {
  value kept;
  {
    runtime rt;
    auto ctx = value_of(rt.spawn());
    kept = value_of(
      ctx.run("({list: [1, {text: 'kept'}], bytes: new Uint8Array([1, 2])})"))["list"][1];
  }
  CHECK(kept["text"].as<std::string>() == "kept");
}

TEST_CASE("values of one context go into another", "[api][clone][A8]") {
  auto from = new_context();
  auto to = new_context();
  value_of(to.set("x", value_of(from.run("new Map([['k', [1, 2n, new Date(5)]]])"))));
  CHECK(value_of(to.run("x instanceof Map && x.get('k')[2] instanceof Date")).as<bool>());
}

TEST_CASE("bad offsets and lengths cannot be made by the host", "[api][clone][A8]") {
  auto ctx = new_context();
  // Seven bytes are not a whole number of doubles.
  auto odd = bytes_of({1, 2, 3, 4, 5, 6, 7});
  value made;
  try {
    made = value::typed_array(element_type::float64, odd);
  } catch (const std::exception&) {
    return;
  }
  CHECK(answer_of(ctx.set("x", made)).has_value());
  check_usable(ctx);
}

TEST_CASE("a regexp that does not parse is an error of the request", "[api][clone][A8]") {
  auto ctx = new_context();
  CHECK_FALSE(answer_of(ctx.set("x", value::regexp("(", ""))).has_value());
  CHECK_FALSE(answer_of(ctx.set("x", value::regexp("a", "zz"))).has_value());
  CHECK_FALSE(answer_of(ctx.set("x", value::regexp("a", "uv"))).has_value());
  check_usable(ctx);
}

TEST_CASE("a hostile prototype does not get at what is cloned in", "[api][clone][A8]") {
  auto ctx = new_context();
  value_of(ctx.run(R"(
    Object.defineProperty(Object.prototype, 'trap', {set() { throw new Error('trapped') }});
    Object.defineProperty(Array.prototype, 0, {set() { throw new Error('trapped') }, configurable: true});
    Map.prototype.set = Set.prototype.add = () => { throw new Error('trapped') };
    globalThis.Map = globalThis.Date = globalThis.RegExp = globalThis.Error = null;
    0)"));
  value_of(ctx.set("x", value::object({{"trap", 1},
                                       {"list", value::array({1})},
                                       {"map", value::map({{value{1}, value{2}}})},
                                       {"set", value::set({1})},
                                       {"date", value::date(0)},
                                       {"pattern", value::regexp("a", "g")}})));
  CHECK(
    value_of(ctx.run("x.trap === 1 && x.list[0] === 1 && x.map.size === 1 && x.set.size === 1"))
      .as<bool>());
}

TEST_CASE("what the host puts in twice is one object in the script", "[api][clone][A8]") {
  auto ctx = new_context();
  auto twice = value_of(ctx.run("({n: 1, deep: {m: 2}})"));
  value_of(ctx.set("x", value::array({twice, twice, twice["deep"]})));
  CHECK(value_of(ctx.run("x[0] === x[1] && x[0].deep === x[2] && x[2].m === 2")).as<bool>());
}

TEST_CASE("a part of a cycle goes in with the whole cycle, once", "[api][clone][A8]") {
  auto ctx = new_context();
  auto cycle = value_of(ctx.run("const a = {}; const b = {a}; a.b = b; a"));
  value_of(ctx.set("g", cycle["b"]));
  CHECK(value_of(ctx.run("g.a.b === g && g.a !== g")).as<bool>());
  value_of(ctx.set("h", cycle));
  CHECK(value_of(ctx.run("h.b.a === h")).as<bool>());
}

TEST_CASE("many objects of one kind, with all kinds of parts, survive both ways",
          "[api][clone][A8]") {
  auto ctx = new_context();
  const std::string make =
    "Array.from({length: 100}, (unused, i) => ({i, half: i / 2, text: 'text ' + i, list: [i, [i, "
    "{i}], , 'x'], more: {deep: {i}, when: new Date(i)}, map: new Map([[i, {i}]]), nothing: "
    "undefined, big: 10n ** BigInt(i), long: 'l'.repeat(100)}))";
  auto out = value_of(ctx.run("var made = " + make + "; made"));
  value_of(ctx.set("back", out));
  CHECK(value_of(ctx.run("back")) == out);
  CHECK(
    value_of(ctx.run("back.every((each, i) => each.list[1][1].i === i && !(2 in each.list) && "
                     "each.map.get(i).i === i && 'nothing' in each && Object.keys(each).join() "
                     "=== 'i,half,text,list,more,map,nothing,big,long')"))
      .as<bool>());
}

TEST_CASE("keys that no template can have survive many times over", "[api][clone][A8]") {
  auto ctx = new_context();
  auto out = value_of(ctx.run("var made = Array.from({length: 20}, () => "
                              "JSON.parse('{\"__proto__\": 1, \"b\": {}, \"7\": 2, "
                              "\"\": 3, \"\u00e9\": 4, \"\u4e2d\": 5}')); made"));
  value_of(ctx.set("back", out));
  CHECK(value_of(ctx.run("JSON.stringify(back) === JSON.stringify(made) && "
                         "back.every(each => Object.getPrototypeOf(each) === Object.prototype)"))
          .as<bool>());
}

TEST_CASE("a getter that deletes what hides an inherited property takes it away",
          "[api][clone][A8]") {
  auto ctx = new_context();
  auto out =
    value_of(ctx.run("({get a() { delete this.constructor; return 1 }, constructor: 2})"));
  CHECK(out.size() == 1);
  CHECK(out["a"].as<int>() == 1);
}

TEST_CASE("a long key is copied once, however many objects have it", "[api][clone][A8][A9]") {
  auto resident_pages = [] {
    std::size_t size = 0;
    std::size_t resident = 0;
    std::ifstream{"/proc/self/statm"} >> size >> resident;
    return resident;
  };
  auto ctx = new_context();
  const std::string make =
    "const keys = Array.from({length: 30}, (unused, i) => String.fromCharCode(65 + i) + "
    "'k'.repeat(200000)); Array.from({length: 3000}, (unused, i) => ({[keys[i % 30]]: 1, "
    "['p' + i]: 2}))";
  auto before = resident_pages();
  auto out = value_of(ctx.run(make));
  CHECK(out.size() == 3000);
  // 6 MB of keys; 600 MB if each object had its own.
  CHECK((resident_pages() - before) * 4096 < std::size_t{200} << 20);
}

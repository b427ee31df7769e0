// Plain data crosses by a shorter way (runtime/plain_clone.hpp). Nobody must be able
// to tell, whatever the script does [A8].

#include "runtime/value_codec.hpp"
#include "runtime/value_graph.hpp"
#include "tests/support/printing.hpp"
#include "tests/support/random_value.hpp"
#include "tests/support/realm.hpp"
#include "tests/support/seed.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// A realm that takes the shorter way whenever it can.
struct eager_realm : realm {
  eager_realm() {
    owner().cloner().missed(1'000'000);
  }
};

/// A realm that never takes it.
struct plodding_realm : realm {
  plodding_realm() {
    owner().cloner().uninstall();
  }
};

bool came_as_tape(const value& item) {
  const auto& graph = detail::value_access::graph(item);
  return graph != nullptr && graph->tape() != nullptr;
}

/// Expressions for all that a script may give, what is plain most often.
class random_script {
public:
  explicit random_script(chance& random) : random_(random) {
  }

  /// A program whose value is to be cloned. `log` is what its getters have done.
  std::string program() {
    names_ = 0;
    std::string text = "var log = []; var S = [{s: 1}, [1, 2], {t: {u: 'v'}}];"
                       "(function () { 'use strict'; const made = "
                       + expression(static_cast<int>(random_.below(6))) + ";";
    if (random_.one_in(6))
      text +=
        "if (made && typeof made === 'object' && Object.isExtensible(made)) made.self = made;";
    if (random_.one_in(6))
      text += "S[0].back = S;";
    return text + "return made })()";
  }

private:
  std::string key() {
    static const std::vector<std::string> keys{"a",
                                               "b",
                                               "c",
                                               "a",
                                               "b",
                                               "c",
                                               "x",
                                               "y",
                                               "17",
                                               "3",
                                               "['__proto__']",
                                               "''",
                                               "'a b'",
                                               "'é'",
                                               "'ключ'",
                                               "toJSON",
                                               "length",
                                               "constructor",
                                               "hasOwnProperty",
                                               "'\\ud800'",
                                               "'" + std::string(70, 'k') + "'"};
    return random_.pick(keys);
  }

  std::string leaf() {
    static const std::vector<std::string> leaves{"0",
                                                 "-0",
                                                 "1",
                                                 "-1",
                                                 "0.5",
                                                 "1e21",
                                                 "NaN",
                                                 "Infinity",
                                                 "-Infinity",
                                                 "2**31",
                                                 "2**53",
                                                 "5e-324",
                                                 "null",
                                                 "true",
                                                 "false",
                                                 "undefined",
                                                 "''",
                                                 "'a'",
                                                 "'red'",
                                                 "'é'",
                                                 "'π😀'",
                                                 "'\\ud800'",
                                                 "'\\udc00\\ud800'",
                                                 "'a\\0b'",
                                                 "'x'.repeat(100)",
                                                 "'é'.repeat(64)",
                                                 "'π'.repeat(63)",
                                                 "('rope ' + 'of '.repeat(10) + S.length)",
                                                 "'0123456789abcdef'.slice(3)",
                                                 "1",
                                                 "2",
                                                 "3",
                                                 "'blue'",
                                                 "null",
                                                 "7",
                                                 "'text'"};
    static const std::vector<std::string> odd{
      "10n",
      "-(2n**70n)",
      "Symbol('s')",
      "() => 1",
      "new Date(5)",
      "new Date(NaN)",
      "/a/gi",
      "new Map([[1, {a: 1}], [S[0], S]])",
      "new Set([1, S[1]])",
      "new Number(-0)",
      "new String('b')",
      "Object(1n)",
      "new Uint8Array([1, 2, 3])",
      "new ArrayBuffer(4)",
      "new Error('e', {cause: S[0]})",
      "Object.assign(new TypeError('t'), {code: 'C', s: S[0]})",
      "new Proxy({}, {})",
      "new Proxy([], {ownKeys() { log.push('trap'); return [] }})",
      "new (class P { x = 1; get y() { return 2 } })",
      "Object.create(null)",
      "Object.assign(Object.create({inherited: 1}), {own: 2})",
      "Object.create(new Proxy({}, {}))",
      "Object.freeze([1, {a: 1}])",
      "Object.seal({a: 1})",
      "Object.freeze({a: [1]})",
      "Object.assign([1, 2], {named: 'n'})",
      "(a => { a[300] = 1; return a })([1])",
      "(a => { a[70] = 1; return a })([1])",
      "new Array(5)",
      "new Array(100)",
      "Array.from({length: 70}, (u, i) => i)",
      "Array.from({length: 70}, (u, i) => ({i}))",
      "(a => { delete a[1]; return a })([1, 2, 3])",
      "(function () { return arguments })(1, 2)",
      "Object.defineProperty({a: 1}, 'hidden', {value: 1})",
      "{[Symbol('k')]: 1, a: 2}",
      "Object.setPrototypeOf([1, , 3], null)",
      "new (class A extends Array {})(1, 2, 3)",
      "Object.setPrototypeOf([1, , 3], {1: 'inherited'})",
      "Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype)",
      "(o => { for (let i = 0; i < 70; ++i) o['k' + i] = i; return o })({})",
      "(o => { for (let i = 0; i < 2000; ++i) o['k' + i] = i; return o })({})",
      "(o => { delete o.a; return o })({a: 1, b: 2, c: 3})",
      "JSON.parse('{\"a\":{\"a\":[1]}}')",
      "(() => { let a = 1; for (let i = 0; i < 40; ++i) a = {a, b: [i]}; return a })()",
      "(() => { let a = 1; for (let i = 0; i < 5000; ++i) a = [a]; return a })()",
      "Object.defineProperty([1, 2, 3], 1, {get() { log.push('element'); return 9 }, "
      "enumerable: true})",
      "Object.defineProperty([1, 2, 3], 1, {value: 1, enumerable: false})",
      "globalThis.undefined",
      "new WeakMap",
      "Promise.resolve(1)",
      "[][Symbol.iterator]()",
      "new Intl.NumberFormat('en')"};
    if (odd_ && random_.one_in(12))
      return random_.pick(odd);
    return random_.pick(leaves);
  }

  std::string getter(int depth) {
    static const std::vector<std::string> deeds{"",
                                                "",
                                                "delete this.a;",
                                                "delete this.b; delete this[3];",
                                                "this.later = 1;",
                                                "S[0].s = 'changed';",
                                                "S[1].length = 0;",
                                                "S[1].push({});",
                                                "S.length = 1;",
                                                "S[0] = {now: 'another'};",
                                                "Object.prototype.polluted = 1;",
                                                "delete Object.prototype.polluted;",
                                                "Array.prototype[2] = 'inherited';",
                                                "delete Array.prototype[2];"};
    auto n = names_++;
    return fmt::format("get {}() {{ log.push({}); {} return {} }}", key(), n, random_.pick(deeds),
                       expression(depth - 1));
  }

  std::string expression(int depth) {
    if (depth <= 0 || random_.one_in(4))
      return leaf();
    std::string text;
    auto count = random_.below(6);
    switch (random_.below(7)) {
      case 0:
      case 1:
        for (std::size_t i = 0; i < count; ++i)
          text += odd_ && random_.one_in(15) ? "," : expression(depth - 1) + ",";
        return "[" + text + "]";
      case 2:
        return random_.pick(std::vector<std::string>{"S[0]", "S[1]", "S[2]", "S", "S[2].t"});
      case 3: { // records
        auto record = fmt::format("({{id: i, name: 'n' + i, part: {}, list: [i, i / 2]}})",
                                  expression(depth - 2));
        return fmt::format("Array.from({{length: {}}}, (u, i) => {})", random_.below(20), record);
      }
      default:
        for (std::size_t i = 0; i < count; ++i)
          text +=
            (odd_ && random_.one_in(15) ? getter(depth) : key() + ": " + expression(depth - 1))
            + ",";
        return "({" + text + "})";
    }
  }

public:
  bool odd_ = true;

private:
  chance& random_;
  int names_ = 0;
};

std::string shown(const result<value>& outcome, const realm& of) {
  if (!outcome)
    return outcome.error().message + " | " + of.thrown();
  auto bytes = js::encode(*outcome);
  if (!bytes)
    return bytes.error().message;
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

/// Both realms see the same script and must give the same, to the last byte.
void compare(realm& eager, realm& plodding, const std::string& program) {
  auto fast = eager.out(program);
  auto fast_shown = shown(fast, eager);
  auto slow = plodding.out(program);
  auto slow_shown = shown(slow, plodding);
  auto fast_log = eager.out("log.join()").value().as<std::string>();
  auto slow_log = plodding.out("log.join()").value().as<std::string>();
  if (fast_shown != slow_shown || fast_log != slow_log)
    FAIL(program << "\n  gave " << (fast ? fast->to_string() : fast_shown) << "\n  after getters "
                 << fast_log << "\n  should be " << (slow ? slow->to_string() : slow_shown)
                 << "\n  after " << slow_log);
  if (!fast)
    return;
  // And in again, by the shorter way there and the longer way here.
  auto back = eager.round_trip(*fast);
  auto expected = plodding.round_trip(*slow);
  if (shown(back, eager) != shown(expected, plodding))
    FAIL(program << "\n  came back as " << (back ? back->to_string() : back.error().message)
                 << "\n  should be " << (expected ? expected->to_string() : "?"));
}

void compare_many(const std::string& prelude, int rounds, bool odd, std::uint64_t offset) {
  auto seed = test_seed() + offset;
  CAPTURE(seed);
  chance random{seed};
  random_script script{random};
  script.odd_ = odd;
  eager_realm eager;
  plodding_realm plodding;
  REQUIRE(eager.out(prelude + "; 0"));
  REQUIRE(plodding.out(prelude + "; 0"));
  for (int round = 0; round < rounds; ++round)
    compare(eager, plodding, script.program());
}

} // namespace

TEST_CASE("the shorter way gives the same as the longer one", "[runtime][plain_clone][A8]") {
  compare_many("", 3000, true, 0);
}

TEST_CASE("plain data takes the shorter way and gives the same", "[runtime][plain_clone][A8]") {
  compare_many("", 3000, false, 1);
}

TEST_CASE("a script that tampers with the intrinsics makes no difference",
          "[runtime][plain_clone][A8][A11]") {
  int offset = 2;
  for (
    const char* prelude : {
      "Object.prototype.toJSON = Array.prototype.toJSON = () => 'hacked'",
      "Object.keys = Object.hasOwn = Array.isArray = () => { throw 'hacked' };"
      "Object.prototype.hasOwnProperty = null; Reflect = null; JSON = null",
      "for (const i of [0, 1, 2, 3, 5, 16, 63, 64, 100])"
      "  Object.defineProperty(Array.prototype, i, {configurable: true,"
      "    set() { throw 'hacked' }, get() { return 'hacked' }})",
      "for (const k of ['a', 'b', 'id', 'name', 'object', 'keys', 'frames', 'pending', 'next'])"
      "  Object.defineProperty(Object.prototype, k, {configurable: true, set() { throw 'hacked' "
      "}, get() { return 'hacked' }})",
      "Array.prototype[Symbol.iterator] = function* () { throw 'hacked' };"
      "Array.prototype.push = Array.prototype.fill = () => { throw 'hacked' };"
      "Function.prototype.call = Function.prototype.apply = null",
      "Array.prototype[1] = 'inherited'; Object.prototype[2] = 'inherited'",
      "Int32Array = Float64Array = Int8Array = Array = Object = undefined.x ?? null",
      "Object.freeze(Object.prototype); Object.freeze(Array.prototype)",
      "Object.setPrototypeOf(Array.prototype, null)",
    }) {
    DYNAMIC_SECTION(prelude) {
      auto seed = test_seed() + static_cast<std::uint64_t>(offset);
      CAPTURE(seed);
      chance random{seed};
      random_script script{random};
      eager_realm eager;
      plodding_realm plodding;
      const char* text = std::string_view{prelude}.starts_with("Int32Array = ")
                           ? "Int32Array = Float64Array = Int8Array = null"
                           : prelude;
      REQUIRE(eager.out(std::string{text} + "; 0"));
      REQUIRE(plodding.out(std::string{text} + "; 0"));
      for (int round = 0; round < 200; ++round) {
        script.odd_ = round % 2 == 0;
        // A program of ours may trip over what it has tampered with.
        compare(eager, plodding,
                "(() => { try { return (0, eval)(" + value{script.program()}.to_string()
                  + ") } catch (e) { return String(e) } })()");
      }
    }
    ++offset;
  }
}

TEST_CASE("plain data is a tape until somebody looks", "[runtime][plain_clone][A8]") {
  eager_realm realm;
  auto v = realm.out("var made = [{a: 1, b: 'x'}, {a: 2, b: null}, [true, undefined, -0]]; made")
             .value();
  CHECK(came_as_tape(v));
  CHECK(v.size() == 3);
  CHECK(v[1]["a"] == value{2});
  CHECK(v[2][2] == value{-0.0});
  CHECK_FALSE(came_as_tape(realm.out("[new Date(0)]").value()));
}

TEST_CASE("a tape becomes nodes once, whichever thread looks first",
          "[runtime][plain_clone][A8]") {
  eager_realm realm;
  for (int round = 0; round < 50; ++round) {
    auto v = realm.out("Array.from({length: 100}, (u, i) => ({i, t: 't' + i}))").value();
    REQUIRE(came_as_tape(v));
    std::array<std::size_t, 4> sums{};
    std::vector<std::thread> readers;
    for (auto& sum : sums)
      readers.emplace_back([&sum, v] {
        for (const auto& item : v.elements())
          sum += item["i"].as<std::size_t>() + item["t"].size();
      });
    for (auto& each : readers)
      each.join();
    for (auto sum : sums)
      CHECK(sum == 4950 + 290);
  }
}

TEST_CASE("parts of a tape go into other values", "[runtime][plain_clone][A8]") {
  eager_realm realm;
  auto v = realm.out("[{a: {b: [1, 2]}}]").value();
  auto composed = value::array({v, v[0]["a"], v});
  CHECK(realm.with(composed, "v[0] === v[2] && v[0][0].a === v[1] && v[1].b[1] === 2").value()
        == value{true});
}

TEST_CASE("a clone inside a clone is none of its business", "[runtime][plain_clone][A8]") {
  // A getter that makes the host clone, as console.log and host functions do, is
  // played by a getter that itself nests deeply.
  eager_realm realm;
  CHECK(realm.out("const o = {get a() { return {get b() { return [{c: 1}] }} }}; [o, o, {d: o}]")
          .value()
          .size()
        == 3);
}

TEST_CASE("an exception in a getter leaves the shorter way usable",
          "[runtime][plain_clone][A8]") {
  eager_realm realm;
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(realm.out("[{a: 1}, {get b() { throw new RangeError('mine') }}]"));
    CHECK(realm.thrown() == "RangeError: mine");
    auto v = realm.out("[{a: 1}, {a: 2}]").value();
    CHECK(came_as_tape(v));
    CHECK(v[1]["a"] == value{2});
  }
}

TEST_CASE("a hundred thousand kinds of objects leave and enter", "[runtime][plain_clone][A8]") {
  eager_realm realm;
  auto v = realm.out("Array.from({length: 100000}, (u, i) => ({['k' + i]: i, [i]: i}))").value();
  CHECK(v.size() == 100'000);
  CHECK(realm.with(v, "v.every((o, i) => o['k' + i] === i && o[i] === i)").value()
        == value{true});
}

TEST_CASE("objects of one kind by the thousand keep values and order of keys",
          "[runtime][plain_clone][A8]") {
  eager_realm realm;
  auto v = realm
             .out("Array.from({length: 5000}, (u, i) => JSON.parse('{\"b\":' + i + "
                  "',\"__proto__\":[' + i + '],\"2\":1,\"a b\":{\"x\":null},\"é\":true}'))")
             .value();
  REQUIRE(came_as_tape(v));
  for (int i = 0; i < 3; ++i)
    CHECK(realm
            .with(v, "v.every((o, i) => o.b === i && Object.hasOwn(o, '__proto__') && "
                     "Object.keys(o).join() === '2,b,__proto__,a b,é' && "
                     "Object.getPrototypeOf(o) === Object.prototype)")
            .value()
          == value{true});
}

TEST_CASE("more text than the isolate may hold is refused on the shorter way",
          "[runtime][plain_clone][A8][A9]") {
  constexpr std::size_t mib = std::size_t{1} << 20;
  realm realm{{.heap_bytes = 16 * mib, .array_buffer_bytes = mib, .stack_bytes = 984 * 1024}};
  realm.owner().cloner().missed(1'000'000);
  auto outcome = realm.out("const s = 'x'.repeat(1 << 22); "
                           "Array.from({length: 100}, (u, i) => ({t: s.slice(i)}))");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::clone_failed);
  CHECK(outcome.error().message.find("MiB of texts") != std::string::npos);
  CHECK(realm.thrown().empty());
  CHECK(realm.out("[{a: 1}]").value()[0]["a"] == value{1});
}

TEST_CASE("what is refused among plain data is told with its path",
          "[runtime][plain_clone][A8]") {
  eager_realm realm;
  auto refusal = [&](const std::string& code) { return realm.out(code).error().message; };
  CHECK(refusal("[{a: 1}, {a: {b: [1, () => 1]}}]")
        == "a function cannot be cloned: $[1].a.b[1]");
  CHECK(refusal("({a: {'x y': Symbol()}})") == "a symbol cannot be cloned: $.a[\"x y\"]");
  CHECK(refusal("({7: [new WeakMap]})") == "a WeakMap cannot be cloned: $[7][0]");
  CHECK(refusal("[[new Map([[1, new Proxy({}, {})]])]]")
        == "a proxy cannot be cloned: $[0][0][1]");
}

// What a value is made of: construction, parts, lifetime.

#include "tests/support/printing.hpp"
#include "troupe/value.hpp"

#include <catch2/catch_test_macros.hpp>
#include <malloc.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <thread>

using namespace troupe;

namespace {

using namespace std::string_literals;
using namespace std::chrono_literals;

template <class T>
std::vector<std::byte> bytes_of(std::initializer_list<T> items) {
  std::vector<std::byte> bytes(items.size() * sizeof(T));
  std::memcpy(bytes.data(), std::data(items), bytes.size());
  return bytes;
}

} // namespace

// -- primitives -----------------------------------------------------------------------

TEST_CASE("a default value is undefined", "[runtime][value]") {
  value v;
  CHECK(v.is(value_kind::undefined));
  CHECK(v.is_undefined());
  CHECK_FALSE(v.is_null());
}

TEST_CASE("nullptr makes null", "[runtime][value]") {
  value v{nullptr};
  CHECK(v.is_null());
  CHECK_FALSE(v.is_undefined());
}

TEST_CASE("zero is a number, neither null nor a string", "[runtime][value]") {
  CHECK(value{0}.is(value_kind::number));
  CHECK(value{0u}.is(value_kind::number));
  CHECK(value{0L}.is(value_kind::number));
}

TEST_CASE("a bool makes a boolean", "[runtime][value]") {
  CHECK(value{true}.is(value_kind::boolean));
  CHECK(value{true}.as<bool>());
  CHECK_FALSE(value{false}.as<bool>());
}

TEST_CASE("every C++ number type makes a number", "[runtime][value]") {
  CHECK(value{short{-7}}.as<double>() == -7);
  CHECK(value{7u}.as<double>() == 7);
  CHECK(value{7LL}.as<double>() == 7);
  CHECK(value{0.5f}.as<double>() == 0.5);
  CHECK(value{std::int8_t{-8}}.as<double>() == -8);
  CHECK(value{std::uint8_t{8}}.as<double>() == 8);
}

TEST_CASE("integers within ±(2^53 - 1) become numbers", "[runtime][value]") {
  constexpr std::int64_t safe = (std::int64_t{1} << 53) - 1;
  CHECK(value{safe}.is(value_kind::number));
  CHECK(value{-safe}.is(value_kind::number));
  CHECK(value{static_cast<std::uint64_t>(safe)}.is(value_kind::number));
}

TEST_CASE("integers beyond ±(2^53 - 1) become BigInts", "[runtime][value]") {
  constexpr std::int64_t beyond = std::int64_t{1} << 53;
  CHECK(value{beyond}.is(value_kind::bigint));
  CHECK(value{-beyond}.is(value_kind::bigint));
  CHECK(value{static_cast<std::uint64_t>(beyond)}.is(value_kind::bigint));
  CHECK(value{std::numeric_limits<std::int64_t>::min()}.is(value_kind::bigint));
  CHECK(value{std::numeric_limits<std::uint64_t>::max()}.is(value_kind::bigint));
}

TEST_CASE("literals and strings make strings", "[runtime][value]") {
  CHECK(value{"text"}.is(value_kind::string));
  CHECK(value{"text"s}.as<std::string>() == "text");
  CHECK(value{std::string_view{"text"}}.as<std::string>() == "text");
  CHECK(value{u"text"s}.as<std::string>() == "text");
  CHECK(value{std::u16string_view{u"text"}}.as<std::string>() == "text");
}

TEST_CASE("a string keeps embedded NUL", "[runtime][value]") {
  value v{"a\0b"s};
  CHECK(v.size() == 3);
  CHECK(v.as<std::string>() == "a\0b"s);
}

TEST_CASE("a UTF-16 string keeps lone surrogates", "[runtime][value]") {
  const std::u16string lone{u'a', 0xD83D, u'b', 0xDE00};
  CHECK(value{lone}.as<std::u16string>() == lone);
}

TEST_CASE("a lone surrogate reads as U+FFFD in UTF-8", "[runtime][value]") {
  CHECK(value{std::u16string{u'a', 0xD83D}}.as<std::string>() == "a\xEF\xBF\xBD");
}

TEST_CASE("malformed UTF-8 becomes U+FFFD", "[runtime][value]") {
  CHECK(value{"a\xC3(\xFF"s}.as<std::u16string>() == u"a\uFFFD(\uFFFD");
}

TEST_CASE("the size of a string counts UTF-16 units", "[runtime][value]") {
  CHECK(value{""}.size() == 0);
  CHECK(value{"ä€😀"}.size() == 4);
}

// -- BigInts --------------------------------------------------------------------------

TEST_CASE("a BigInt keeps 64-bit limits", "[runtime][value]") {
  using limits = std::numeric_limits<std::int64_t>;
  CHECK(value::bigint(limits::min()).as<std::int64_t>() == limits::min());
  CHECK(value::bigint(limits::max()).as<std::int64_t>() == limits::max());
  CHECK(value::bigint(-1).as<int>() == -1);
}

TEST_CASE("leading zero words of a BigInt are dropped", "[runtime][value]") {
  auto v = value::bigint(true, {5, 0, 0});
  CHECK(v.bigint_words() == std::vector<std::uint64_t>{5});
  CHECK(v.bigint_negative());
}

TEST_CASE("a BigInt has no negative zero", "[runtime][value]") {
  auto v = value::bigint(true, {0, 0});
  CHECK(v.bigint_words().empty());
  CHECK_FALSE(v.bigint_negative());
  CHECK(v == value::bigint(0));
}

TEST_CASE("what is no BigInt has no words", "[runtime][value]") {
  CHECK(value{5}.bigint_words().empty());
  CHECK_FALSE(value{-5}.bigint_negative());
}

// -- containers -----------------------------------------------------------------------

TEST_CASE("an array has its elements in order", "[runtime][value]") {
  auto v = value::array({1, "two", nullptr});
  REQUIRE(v.is(value_kind::array));
  REQUIRE(v.size() == 3);
  CHECK(v[0u] == value{1});
  CHECK(v[std::int64_t{0}] == value{1});
  CHECK(v[-1].is_undefined());
  CHECK(v[0] == value{1});
  CHECK(v[1] == value{"two"});
  CHECK(v[2].is_null());
}

TEST_CASE("an element that is not there is undefined", "[runtime][value]") {
  auto v = value::array({1});
  CHECK(v[1].is_undefined());
  CHECK(v[-1].is_undefined());
  CHECK(v[std::size_t{1} << 40].is_undefined());
  CHECK(value{3}[0].is_undefined());
  CHECK(value{}["key"].is_undefined());
}

TEST_CASE("a hole is kept apart from undefined, and reads as it", "[runtime][value]") {
  auto v = value::array({value::hole(), value{}});
  CHECK(v[0].is(value_kind::hole));
  CHECK(v[0].is_undefined());
  CHECK(v[1].is(value_kind::undefined));
  CHECK(v.elements().at(0).is(value_kind::hole));
}

TEST_CASE("an object has its members in the order they were given", "[runtime][value]") {
  auto v = value::object({{"b", 1}, {"a", 2}});
  REQUIRE(v.size() == 2);
  auto members = v.members();
  CHECK(members[0].key == "b");
  CHECK(members[1].key == "a");
  CHECK(v["a"] == value{2});
  CHECK(v.contains("b"));
  CHECK_FALSE(v.contains("c"));
}

TEST_CASE("of equal keys the last value wins at the first one's place", "[runtime][value]") {
  auto v = value::object({{"a", 1}, {"b", 2}, {"a", 3}, {"a", 4}});
  REQUIRE(v.size() == 2);
  CHECK(v.members()[0].key == "a");
  CHECK(v["a"] == value{4});
}

TEST_CASE("keys that differ only in malformed bytes are the same key", "[runtime][value]") {
  auto v = value::object({{"k\xFF", 1}, {"k\xFE", 2}});
  CHECK(v.size() == 1);
  CHECK(v["k\uFFFD"] == value{2});
}

TEST_CASE("keys of other scripts are found by their UTF-8", "[runtime][value]") {
  auto v = value::object({{"ключ", 1}, {"ü", 2}, {"a\0b"s, 3}});
  CHECK(v["ключ"] == value{1});
  CHECK(v["ü"] == value{2});
  CHECK(v[std::string_view{"a\0b", 3}] == value{3});
  CHECK_FALSE(v.contains("a"));
}

TEST_CASE("an object of a hundred thousand members is made in linear time", "[runtime][value]") {
  std::vector<value::member> members;
  for (int i = 0; i < 100'000; ++i)
    members.push_back({"key" + std::to_string(i), i});
  members.push_back({"key0", -1});
  auto v = value::object(std::move(members)); // minutes, were it quadratic
  CHECK(v.size() == 100'000);
  CHECK(v["key0"] == value{-1});
}

TEST_CASE("a Map has its entries in order, with keys of any kind", "[runtime][value]") {
  auto v = value::map({{"a", 1}, {value::array({}), 2}, {nullptr, 3}});
  REQUIRE(v.size() == 3);
  auto pairs = v.pairs();
  CHECK(pairs[0].key == value{"a"});
  CHECK(pairs[1].key.is(value_kind::array));
  CHECK(pairs[2].item == value{3});
}

TEST_CASE("a Set has its elements in order", "[runtime][value]") {
  auto v = value::set({3, 1, 2});
  REQUIRE(v.size() == 3);
  CHECK(v[0] == value{3});
  CHECK(v.elements().back() == value{2});
}

TEST_CASE("empty containers have no parts", "[runtime][value]") {
  CHECK(value::array({}).size() == 0);
  CHECK(value::array({}).elements().empty());
  CHECK(value::object(std::vector<value::member>{}).members().empty());
  CHECK(value::map({}).pairs().empty());
  CHECK(value::set({}).elements().empty());
}

TEST_CASE("look-ups for another kind give nothing", "[runtime][value]") {
  value v{"text"};
  CHECK(v.members().empty());
  CHECK(v.pairs().empty());
  CHECK(v.elements().empty());
  CHECK(v.as_bytes().empty());
  CHECK(v.regexp_source().empty());
  CHECK(std::isnan(v.date_milliseconds()));
  CHECK(v.unboxed().is_undefined());
  CHECK(value{3}.size() == 0);
}

// -- other kinds ----------------------------------------------------------------------

TEST_CASE("a Date keeps milliseconds, fractions of C++ clocks are cut", "[runtime][value]") {
  CHECK(value::date(1.5).date_milliseconds() == 1.5);
  std::chrono::system_clock::time_point at{1'700'000'000'123'456us};
  CHECK(value{at}.date_milliseconds() == 1'700'000'000'123.0);
}

TEST_CASE("a time before the epoch is cut towards the past", "[runtime][value]") {
  std::chrono::system_clock::time_point at{-1us};
  CHECK(value{at}.date_milliseconds() == -1.0);
}

TEST_CASE("the invalid Date is NaN", "[runtime][value]") {
  auto v = value::date(std::numeric_limits<double>::quiet_NaN());
  CHECK(v.is(value_kind::date));
  CHECK(std::isnan(v.date_milliseconds()));
}

TEST_CASE("a RegExp has source and flags", "[runtime][value]") {
  auto v = value::regexp("a+ü", "gi");
  CHECK(v.regexp_source() == "a+ü");
  CHECK(v.regexp_flags() == "gi");
}

TEST_CASE("an error has name and message", "[runtime][value]") {
  auto v = value::make_error("no", "TypeError");
  CHECK(v.is(value_kind::error));
  CHECK(v["name"] == value{"TypeError"});
  CHECK(v["message"] == value{"no"});
  CHECK(value::make_error("x")["name"] == value{"Error"});
  CHECK(v["cause"].is_undefined());
}

TEST_CASE("an ArrayBuffer holds a copy of the bytes", "[runtime][value]") {
  auto bytes = bytes_of<std::uint8_t>({1, 2, 3});
  auto v = value::array_buffer(bytes);
  bytes[0] = std::byte{9};
  REQUIRE(v.size() == 3);
  CHECK(v.as_bytes()[0] == std::byte{1});
}

TEST_CASE("bytes make a Uint8Array", "[runtime][value]") {
  auto v = value::bytes(bytes_of<std::uint8_t>({7, 255}));
  CHECK(v.is(value_kind::typed_array));
  CHECK(v.element() == element_type::uint8);
  CHECK(v[1] == value{255});
}

TEST_CASE("each element type reads its own width and sign", "[runtime][value]") {
  auto whole = [](element_type type, auto bytes) { return value::typed_array(type, bytes); };
  CHECK(whole(element_type::int8, bytes_of<std::int8_t>({-1}))[0] == value{-1});
  CHECK(whole(element_type::uint8, bytes_of<std::int8_t>({-1}))[0] == value{255});
  CHECK(whole(element_type::uint8_clamped, bytes_of<std::int8_t>({-1}))[0] == value{255});
  CHECK(whole(element_type::int16, bytes_of<std::int16_t>({1, -2}))[1] == value{-2});
  CHECK(whole(element_type::uint16, bytes_of<std::int16_t>({1, -2}))[1] == value{65534});
  CHECK(whole(element_type::int32, bytes_of<std::int32_t>({1, -3}))[1] == value{-3});
  CHECK(whole(element_type::uint32, bytes_of<std::int32_t>({1, -3}))[1] == value{4294967293.0});
  CHECK(whole(element_type::float32, bytes_of<float>({0.5f}))[0] == value{0.5});
  CHECK(whole(element_type::float64, bytes_of<double>({1, -0.0}))[1] == value{-0.0});
  CHECK(whole(element_type::bigint64, bytes_of<std::int64_t>({-5}))[0] == value::bigint(-5));
  CHECK(whole(element_type::biguint64, bytes_of<std::int64_t>({-1}))[0]
        == value::bigint(false, {~std::uint64_t{0}}));
  CHECK(whole(element_type::data_view, bytes_of<std::uint8_t>({4, 5}))[1] == value{5});
}

TEST_CASE("half floats read exactly", "[runtime][value]") {
  auto half = [](std::uint16_t bits) {
    return value::typed_array(element_type::float16, bytes_of<std::uint16_t>({bits}))[0]
      .as<double>();
  };
  CHECK(half(0x3C00) == 1.0);
  CHECK(half(0xC000) == -2.0);
  CHECK(half(0x7BFF) == 65504.0);
  CHECK(half(0x0001) == 0x1p-24);
  CHECK(half(0x03FF) == 0x1.ff8p-15);
  CHECK(half(0x0400) == 0x1p-14);
  CHECK(half(0x7C00) == std::numeric_limits<double>::infinity());
  CHECK(half(0xFC00) == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(half(0x7E00)));
  CHECK(std::signbit(half(0x8000)));
}

TEST_CASE("bytes beyond the last whole element are cut off", "[runtime][value]") {
  auto v = value::typed_array(element_type::int32, bytes_of<std::uint8_t>({1, 0, 0, 0, 9, 9}));
  CHECK(v.size() == 1);
  CHECK(v.as_bytes().size() == 4);
}

TEST_CASE("an element beyond a typed array is undefined", "[runtime][value]") {
  CHECK(value::bytes(bytes_of<std::uint8_t>({1}))[1].is_undefined());
}

// -- kinds ----------------------------------------------------------------------------

TEST_CASE("every kind has a name of its own", "[runtime][value]") {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(value_kind::hole); ++kind)
    names.insert(to_string(static_cast<value_kind>(kind)));
  CHECK(names.size() == static_cast<std::size_t>(value_kind::hole) + 1);
}

// -- lifetime -------------------------------------------------------------------------

TEST_CASE("a part keeps the whole it came from alive", "[runtime][value]") {
  auto part = value::object({{"deep", value::array({"kept"})}})["deep"][0];
  CHECK(part.as<std::string>() == "kept");
}

TEST_CASE("bytes stay valid while a copy of the value lives", "[runtime][value]") {
  auto original = value::array({value::bytes(bytes_of<std::uint8_t>({42}))});
  auto copy = original[0];
  auto view = copy.as_bytes();
  original = {};
  CHECK(view[0] == std::byte{42});
}

TEST_CASE("a moved-from value may be assigned and destroyed", "[runtime][value]") {
  auto a = value::array({1});
  auto b = std::move(a);
  a = "again";
  CHECK(a.as<std::string>() == "again");
  CHECK(b.size() == 1);
}

namespace {

value nested_arrays(int depth) {
  value v;
  for (int i = 0; i < depth; ++i)
    v = value::array({std::move(v)});
  return v;
}

} // namespace

TEST_CASE("a million levels of nesting are destroyed without recursion", "[runtime][value]") {
  auto v = nested_arrays(1'000'000);
  CHECK(v.size() == 1);
  v = {};
  CHECK(v.is_undefined());
}

TEST_CASE("deep nesting is compared and printed without recursion", "[runtime][value]") {
  auto a = nested_arrays(200'000);
  auto b = nested_arrays(200'000);
  CHECK((a == b)); // not shown when it fails: the text would be as deep
  CHECK(a.to_string().size() < 100);
}

TEST_CASE("a small value takes little memory", "[runtime][value]") {
  auto before = mallinfo2().uordblks;
  std::vector<value> many;
  for (int i = 0; i < 10'000; ++i)
    many.emplace_back("short");
  auto each = (mallinfo2().uordblks - before) / many.size();
  if (each != 0) // sanitizers have an allocator of their own
    CHECK(each < 600);
}

TEST_CASE("a part of the middle frees only what is above it", "[runtime][value]") {
  value middle;
  {
    value v{"bottom"};
    for (int i = 0; i < 1000; ++i) {
      v = value::object({{"next", v}});
      if (i == 500)
        middle = v;
    }
  }
  int depth = 0;
  for (auto v = middle; v.is(value_kind::object); v = v["next"])
    ++depth;
  CHECK(depth == 501);
}

TEST_CASE("values may be read from many threads at once", "[runtime][value]") {
  const auto shared = value::object({{"list", value::array({1, 2, 3})}, {"text", "ä€😀"}});
  std::vector<std::thread> threads;
  std::array<bool, 4> right{};
  for (auto& each : right)
    threads.emplace_back([&] {
      each = true;
      for (int i = 0; i < 1000; ++i) {
        auto copy = shared;
        each = each && copy["list"].as<std::vector<int>>().size() == 3
               && copy["text"].as<std::string>() == "ä€😀" && copy == shared;
      }
    });
  for (auto& thread : threads)
    thread.join();
  for (auto each : right)
    CHECK(each);
}

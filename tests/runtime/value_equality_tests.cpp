#include "tests/support/printing.hpp"
#include "tests/support/random_value.hpp"
#include "tests/support/realm.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("numbers compare by SameValue", "[runtime][value]") {
  CHECK(value{1} == value{1.0});
  CHECK(value{std::numeric_limits<double>::quiet_NaN()}
        == value{std::numeric_limits<double>::quiet_NaN()});
  CHECK(value{0} != value{-0.0});
}

TEST_CASE("kinds that print alike differ", "[runtime][value]") {
  CHECK(value{1} != value{"1"});
  CHECK(value{1} != value::bigint(1));
  CHECK(value{} != value{nullptr});
  CHECK(value{} != value::hole());
  CHECK(value{false} != value{0});
  CHECK(value::array({}) != value::object(std::vector<value::member>{}));
  CHECK(value::map({}) != value::set({}));
}

TEST_CASE("strings compare by their units, however they are kept", "[runtime][value][A8]") {
  realm realm;
  // V8 keeps a slice of a two-byte string in two bytes though Latin-1 would do.
  auto wide = realm.out("('ä'.repeat(30) + '€').slice(0, 30)");
  REQUIRE(wide);
  std::string narrow;
  for (int i = 0; i < 30; ++i)
    narrow += "ä";
  CHECK(*wide == value{narrow});
  CHECK(value{narrow} == *wide);
  CHECK(value{narrow + "x"} != *wide);
}

TEST_CASE("the order of object keys does not count, that of entries does", "[runtime][value]") {
  CHECK(value::object({{"a", 1}, {"b", 2}}) == value::object({{"b", 2}, {"a", 1}}));
  CHECK(value::map({{"a", 1}, {"b", 2}}) != value::map({{"b", 2}, {"a", 1}}));
  CHECK(value::set({1, 2}) != value::set({2, 1}));
}

TEST_CASE("a missing key differs from an undefined one", "[runtime][value]") {
  CHECK(value::object({{"a", value{}}}) != value::object(std::vector<value::member>{}));
  CHECK(value::object({{"a", value{}}, {"b", 1}}) != value::object({{"b", 1}, {"c", value{}}}));
}

TEST_CASE("a hole differs from undefined", "[runtime][value]") {
  CHECK(value::array({value::hole()}) != value::array({value{}}));
  CHECK(value::array({value::hole()}) == value::array({value::hole()}));
}

TEST_CASE("typed arrays compare by type and bytes", "[runtime][value]") {
  const std::vector<std::byte> bytes(8);
  CHECK(value::typed_array(element_type::int32, bytes)
        == value::typed_array(element_type::int32, bytes));
  CHECK(value::typed_array(element_type::int32, bytes)
        != value::typed_array(element_type::uint32, bytes));
  CHECK(value::bytes(bytes) != value::array_buffer(bytes));
}

TEST_CASE("invalid Dates are equal", "[runtime][value]") {
  auto nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(value::date(nan) == value::date(nan));
  CHECK(value::date(1) != value::date(2));
  CHECK(value::date(0) != value{0});
}

TEST_CASE("cycles of the same shape are equal", "[runtime][value][A8]") {
  realm realm;
  auto make = [&](const std::string& last) {
    auto made = realm.out("(() => { const o = {n: 1, list: []}; o.list.push(o, " + last
                          + "); return o })()");
    REQUIRE(made);
    return *made;
  };
  CHECK(make("o.list") == make("o.list"));
  CHECK(make("o.list") != make("7"));
  CHECK(make("o.list") != make("o"));
}

TEST_CASE("cycles of different length that unfold alike are equal", "[runtime][value][A8]") {
  realm realm;
  auto one = realm.out("(() => { const a = {}; a.next = a; return a })()");
  auto two = realm.out("(() => { const a = {}, b = {next: a}; a.next = b; return a })()");
  REQUIRE((one && two));
  CHECK(*one == *two);
}

TEST_CASE("shared and repeated parts are equal", "[runtime][value]") {
  auto part = value::array({1});
  CHECK(value::array({part, part}) == value::array({value::array({1}), value::array({1})}));
}

TEST_CASE("comparison of values that share themselves over and over ends", "[runtime][value]") {
  value a;
  value b;
  for (int i = 0; i < 200; ++i) { // 2^200 paths
    a = value::array({a, a});
    b = value::array({b, b});
  }
  CHECK(a == b);
}

TEST_CASE("same_object tells identity from equality", "[runtime][value]") {
  auto part = value::array({1});
  auto whole = value::array({part, part, value::array({1})});
  CHECK(whole[0].same_object(whole[1]));
  CHECK_FALSE(whole[0].same_object(whole[2]));
  CHECK(whole[0].same_object(part));
  CHECK_FALSE(value{1}.same_object(value{1}));
  value text{"a"};
  CHECK_FALSE(text.same_object(text)); // primitives have no identity
}

TEST_CASE("every random value equals itself and its copy, and no other kind",
          "[runtime][value]") {
  auto seed = test_seed();
  CAPTURE(seed);
  for (int round = 0; round < 500; ++round) {
    chance random{seed + static_cast<std::uint64_t>(round)};
    chance again{seed + static_cast<std::uint64_t>(round)};
    auto a = random_value(random, 4);
    auto b = random_value(again, 4);
    if (!(a == a) || !(a == b) || a == value::array({a}))
      FAIL("round " << round << ": " << a.to_string());
  }
}

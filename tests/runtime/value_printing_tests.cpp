// value::to_string: what a console shows.

#include "tests/support/random_value.hpp"
#include "tests/support/realm.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace troupe;
using namespace troupe::testing;

TEST_CASE("primitives print as literals", "[runtime][value]") {
  CHECK(value{}.to_string() == "undefined");
  CHECK(value{nullptr}.to_string() == "null");
  CHECK(value{true}.to_string() == "true");
  CHECK(value{42}.to_string() == "42");
  CHECK(value{-0.0}.to_string() == "-0");
  CHECK(value{0}.to_string() == "0");
  CHECK(value{std::numeric_limits<double>::quiet_NaN()}.to_string() == "NaN");
  CHECK(value{-std::numeric_limits<double>::infinity()}.to_string() == "-Infinity");
  CHECK(value{"text"}.to_string() == "'text'");
}

TEST_CASE("numbers print without an exponent from 1e-6 to 1e21", "[runtime][value]") {
  CHECK(value{1e-6}.to_string() == "0.000001");
  CHECK(value{1.5e-6}.to_string() == "0.0000015");
  CHECK(value{0.00001234}.to_string() == "0.00001234");
  CHECK(value{1e-5}.to_string() == "0.00001");
  CHECK(value{1e16}.to_string() == "10000000000000000");
  CHECK(value{123456789012345680000.0}.to_string() == "123456789012345680000");
  CHECK(value{1e20}.to_string() == "100000000000000000000");
  CHECK(value{-1e-5}.to_string() == "-0.00001");
}

TEST_CASE("numbers beyond print with JavaScript's exponent", "[runtime][value]") {
  CHECK(value{1e21}.to_string() == "1e+21");
  CHECK(value{1.25e300}.to_string() == "1.25e+300");
  CHECK(value{1e-7}.to_string() == "1e-7");
  CHECK(value{-1.5e-10}.to_string() == "-1.5e-10");
  CHECK(value{5e-324}.to_string() == "5e-324");
}

TEST_CASE("every number prints as a script prints it", "[runtime][value]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  realm realm;
  std::vector<double> numbers;
  for (int i = 0; i < 3000; ++i)
    numbers.push_back(random_number(random));
  for (int exponent = -30; exponent <= 30; ++exponent) // where notations change
    for (int i = 0; i < 20; ++i)
      numbers.push_back(
        std::stod(std::to_string(random.below(random.one_in(2) ? 10 : 100'000'000)) + "e"
                  + std::to_string(exponent - 4)));
  auto texts = realm.with(numbers, "v.map(x => Object.is(x, -0) ? '-0' : String(x))");
  REQUIRE(texts);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (value{numbers[i]}.to_string() != (*texts)[i].as<std::string>())
      FAIL(value{numbers[i]}.to_string() << " instead of " << (*texts)[i].as<std::string>());
}

TEST_CASE("strings print with their control characters escaped", "[runtime][value]") {
  CHECK(value{"a\n\t\r'\\"}.to_string() == "'a\\n\\t\\r\\'\\\\'");
  CHECK(value{std::string{"\0\x1B[31m", 6}}.to_string() == "'\\x00\\x1B[31m'");
  CHECK(value{"ä€😀"}.to_string() == "'ä€😀'");
}

TEST_CASE("BigInts print all their digits", "[runtime][value]") {
  CHECK(value::bigint(0).to_string() == "0n");
  CHECK(value::bigint(-1).to_string() == "-1n");
  CHECK(value::bigint(std::numeric_limits<std::int64_t>::min()).to_string()
        == "-9223372036854775808n");
  CHECK(value::bigint(false, {0, 1}).to_string() == "18446744073709551616n");
  // 10^38: both parts of nineteen digits are padded.
  CHECK(value::bigint(false, {687399551400673280u, 5421010862427522170u}).to_string()
        == "100000000000000000000000000000000000000n");
}

TEST_CASE("huge BigInts print their size only", "[runtime][value]") {
  CHECK(value::bigint(false, std::vector<std::uint64_t>(257, 1)).to_string()
        == "[BigInt of 16448 bits]");
}

TEST_CASE("every BigInt prints as a script prints it", "[runtime][value]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  realm realm;
  std::vector<value> numbers;
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint64_t> words(random.below(12));
    for (auto& word : words)
      word = random.one_in(4) ? 0 : random.bits();
    numbers.push_back(value::bigint(random.one_in(2), std::move(words)));
  }
  auto texts = realm.with(value::array(numbers), "v.map(x => `${x}n`)");
  REQUIRE(texts);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i].to_string() != (*texts)[i].as<std::string>())
      FAIL(numbers[i].to_string() << " instead of " << (*texts)[i].as<std::string>());
}

TEST_CASE("Dates print in the format of toISOString", "[runtime][value]") {
  CHECK(value::date(0).to_string() == "1970-01-01T00:00:00.000Z");
  CHECK(value::date(-1).to_string() == "1969-12-31T23:59:59.999Z");
  CHECK(value::date(std::numeric_limits<double>::quiet_NaN()).to_string() == "Invalid Date");
}

TEST_CASE("every Date prints as a script prints it", "[runtime][value]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  realm realm;
  std::vector<value> dates{value::date(8.64e15),         value::date(-8.64e15),
                           value::date(253402300799999), value::date(253402300800000),
                           value::date(-62167219200000), value::date(-62167219200001)};
  for (int i = 0; i < 500; ++i)
    dates.push_back(
      value::date(static_cast<double>(random.below(17'280'000'000'000'000)) - 8.64e15));
  auto texts = realm.with(value::array(dates), "v.map(x => x.toISOString())");
  REQUIRE(texts);
  for (std::size_t i = 0; i < dates.size(); ++i)
    if (dates[i].to_string() != (*texts)[i].as<std::string>())
      FAIL(dates[i].to_string() << " instead of " << (*texts)[i].as<std::string>());
}

TEST_CASE("containers print their parts", "[runtime][value]") {
  CHECK(value::array({}).to_string() == "[]");
  CHECK(value::array({1, "a", value{}}).to_string() == "[ 1, 'a', undefined ]");
  CHECK(value::object(std::vector<value::member>{}).to_string() == "{}");
  CHECK(value::object({{"a", 1}, {"b", value::array({2})}}).to_string() == "{ a: 1, b: [ 2 ] }");
  CHECK(value::map({{"a", 1}}).to_string() == "Map(1) { 'a' => 1 }");
  CHECK(value::set({1, 2}).to_string() == "Set(2) { 1, 2 }");
}

TEST_CASE("keys that are no identifiers are quoted", "[runtime][value]") {
  CHECK(value::object({{"with space", 1}, {"", 2}, {"1a", 3}, {"17", 4}, {"$_ü", 5}}).to_string()
        == "{ 'with space': 1, '': 2, '1a': 3, 17: 4, $_ü: 5 }");
}

TEST_CASE("other kinds print what they are", "[runtime][value]") {
  const std::vector<std::byte> bytes(8);
  CHECK(value::regexp("a/b", "gi").to_string() == "/a/b/gi");
  CHECK(value::array_buffer(bytes).to_string() == "ArrayBuffer { byteLength: 8 }");
  CHECK(value::bytes(bytes).to_string() == "Uint8Array(8)");
  CHECK(value::typed_array(element_type::biguint64, bytes).to_string() == "BigUint64Array(1)");
  CHECK(value::typed_array(element_type::data_view, bytes).to_string() == "DataView(8)");
  CHECK(value::make_error("no", "TypeError").to_string() == "TypeError: no");
}

TEST_CASE("an error without a message prints its name", "[runtime][value]") {
  realm realm;
  auto made = realm.out("const e = new RangeError(); delete e.stack; e");
  REQUIRE(made);
  CHECK(made->to_string() == "RangeError");
}

TEST_CASE("an error prints its stack", "[runtime][value]") {
  realm realm;
  auto made = realm.out("const e = new Error('no'); e.stack = 'Error: no\\n    at here'; e");
  REQUIRE(made);
  CHECK(made->to_string() == "Error: no\n    at here");
}

TEST_CASE("cycles print as such", "[runtime][value]") {
  realm realm;
  auto made = realm.out("const o = {a: 1}; o.self = o; o");
  REQUIRE(made);
  CHECK(made->to_string() == "{ a: 1, self: [Circular] }");
}

TEST_CASE("what is nested too deep is only named", "[runtime][value]") {
  value v{1};
  for (int i = 0; i < 6; ++i)
    v = value::array({v});
  CHECK(v.to_string() == "[ [ [ [ [Array] ] ] ] ]");
}

TEST_CASE("long containers print their first hundred parts", "[runtime][value]") {
  auto text = value::array(std::vector<value>(250, value{1})).to_string();
  CHECK(text.ends_with("1, ... 150 more ]"));
}

TEST_CASE("sparse arrays print how many elements are missing", "[runtime][value]") {
  realm realm;
  auto made = realm.out("const a = []; a[999] = 1; a");
  REQUIRE(made);
  CHECK(made->to_string().find("999 empty items") != std::string::npos);
}

TEST_CASE("a value that shares its parts over and over prints in bounded space",
          "[runtime][value][A11]") {
  // console.log of this would else be gigabytes, outside of any limit.
  value v{"some text that is not that short"};
  for (int i = 0; i < 4; ++i)
    v = value::array(std::vector<value>(100, v));
  CHECK(v.to_string().size() < 1'000'000);
}

#include "cli/json_value.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cmath>
#include <limits>

using namespace troupe;
using Catch::Matchers::ContainsSubstring;
using cli::from_json;
using cli::json;

namespace {

std::string text_of(const value& from) {
  auto converted = cli::to_json(from);
  return converted ? cli::to_text(*converted) : converted.error().message;
}

} // namespace

TEST_CASE("values become what JSON.stringify makes of them", "[cli][json]") {
  CHECK(text_of({}) == "null");
  CHECK(text_of(nullptr) == "null");
  CHECK(text_of(true) == "true");
  CHECK(text_of(1.0) == "1");
  CHECK(text_of(-0.0) == "0");
  CHECK(text_of(0.1) == "0.1");
  CHECK(text_of(1e21) == "1e+21");
  CHECK(text_of(std::numeric_limits<double>::quiet_NaN()) == "null");
  CHECK(text_of(std::numeric_limits<double>::infinity()) == "null");
  CHECK(text_of("a\"\n\u00e9") == "\"a\\\"\\n\u00e9\"");
  CHECK(text_of(value::array({1, value::hole(), value{}})) == "[1,null,null]");
  CHECK(text_of(value::object({{"z", 1}, {"gone", value{}}, {"a", 2}})) == R"({"z":1,"a":2})");
}

TEST_CASE("a lone surrogate becomes the replacement character", "[cli][json]") {
  CHECK(text_of(std::u16string{u"a\xD800"}) == "\"a\uFFFD\"");
}

TEST_CASE("dates become ISO 8601 text over their whole range", "[cli][json]") {
  CHECK(text_of(value::date(0)) == "\"1970-01-01T00:00:00.000Z\"");
  CHECK(text_of(value::date(-1)) == "\"1969-12-31T23:59:59.999Z\"");
  CHECK(text_of(value::date(1709210096789)) == "\"2024-02-29T12:34:56.789Z\"");
  CHECK(text_of(value::date(8.64e15)) == "\"+275760-09-13T00:00:00.000Z\"");
  CHECK(text_of(value::date(-8.64e15)) == "\"-271821-04-20T00:00:00.000Z\"");
  CHECK(text_of(value::date(std::nan(""))) == "null");
}

TEST_CASE("BigInts keep all their digits, as text", "[cli][json]") {
  CHECK(text_of(value::bigint(0)) == "\"0\"");
  CHECK(text_of(value::bigint(-5)) == "\"-5\"");
  CHECK(text_of(value::bigint(1'000'000'000)) == "\"1000000000\"");
  CHECK(text_of(value::bigint(true, {0, 1})) == "\"-18446744073709551616\"");
  CHECK(text_of(value::bigint(false, {~0ull, ~0ull}))
        == "\"340282366920938463463374607431768211455\"");
}

TEST_CASE("collections keep their content", "[cli][json]") {
  CHECK(text_of(value::map({{"a", 1}, {2, "b"}})) == R"([["a",1],[2,"b"]])");
  CHECK(text_of(value::set({1, "a"})) == R"([1,"a"])");
  const std::array bytes{std::byte{0}, std::byte{255}};
  CHECK(text_of(value::bytes(bytes)) == "[0,255]");
  CHECK(text_of(value::array_buffer(bytes)) == "[0,255]");
  CHECK(text_of(value::typed_array(element_type::int8, bytes)) == "[0,-1]");
  CHECK(text_of(value::regexp("a/b", "gi")) == "\"/a/b/gi\"");
  CHECK(text_of(value::make_error("no", "TypeError"))
        == R"({"name":"TypeError","message":"no"})");
}

TEST_CASE("too many levels are an error, not the end of the stack", "[cli][json]") {
  value deep = 1;
  for (int i = 0; i < 5000; ++i)
    deep = value::array({deep});
  CHECK_THAT(text_of(deep), ContainsSubstring("more than 1000 levels"));
}

TEST_CASE("a value that occurs twice is no cycle", "[cli][json]") {
  auto shared = value::object({{"a", 1}});
  CHECK(text_of(value::array({shared, shared})) == R"([{"a":1},{"a":1}])");
}

TEST_CASE("JSON becomes what JSON.parse makes of it", "[cli][json]") {
  auto parsed = from_json(json::parse(R"({"a":[1,2.5,"x",null,true],"b":{}})"));
  auto expected =
    value::object({{"a", value::array({1, 2.5, "x", nullptr, true})}, {"b", value::object({})}});
  CHECK(parsed == expected);
}

// value::as: exact or not at all.

#include "tests/support/printing.hpp"
#include "troupe/value.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

using namespace troupe;

namespace {

using namespace std::chrono_literals;

constexpr auto nan_number = std::numeric_limits<double>::quiet_NaN();
constexpr auto infinite = std::numeric_limits<double>::infinity();

template <class T>
bool refused(const value& from) {
  if (from.try_as<T>())
    return false;
  try {
    [[maybe_unused]] auto none = from.as<T>();
    return false;
  } catch (const wrong_kind&) {
    return true;
  }
}

} // namespace

// -- integers -------------------------------------------------------------------------

TEST_CASE("an integer conversion keeps the limits of its type", "[runtime][value]") {
  CHECK(value{-128}.as<std::int8_t>() == -128);
  CHECK(value{127}.as<std::int8_t>() == 127);
  CHECK(refused<std::int8_t>(-129));
  CHECK(refused<std::int8_t>(128));
  CHECK(value{255}.as<std::uint8_t>() == 255);
  CHECK(refused<std::uint8_t>(256));
  CHECK(refused<std::uint8_t>(-1));
  CHECK(value{2147483647.0}.as<int>() == 2147483647);
  CHECK(refused<int>(2147483648.0));
  CHECK(value{-2147483648.0}.as<int>() == std::numeric_limits<int>::min());
  CHECK(refused<int>(-2147483649.0));
  CHECK(value{4294967295.0}.as<unsigned>() == 4294967295u);
  CHECK(refused<unsigned>(4294967296.0));
}

TEST_CASE("a fraction is no integer", "[runtime][value]") {
  CHECK(refused<int>(0.5));
  CHECK(refused<int>(-1e-300));
  CHECK(refused<std::uint64_t>(1.0000000000000002));
  CHECK(refused<std::int64_t>(0x1p51 + 0.5));
}

TEST_CASE("NaN and the infinities are no integers", "[runtime][value]") {
  CHECK(refused<int>(nan_number));
  CHECK(refused<std::int64_t>(infinite));
  CHECK(refused<std::int64_t>(-infinite));
  CHECK(refused<std::uint64_t>(nan_number));
  CHECK(refused<std::uint64_t>(infinite));
}

TEST_CASE("negative zero reads as the integer zero", "[runtime][value]") {
  CHECK(value{-0.0}.as<int>() == 0);
  CHECK(value{-0.0}.as<unsigned>() == 0);
}

TEST_CASE("doubles at the edge of 64-bit integers convert or are refused", "[runtime][value]") {
  CHECK(value{-0x1p63}.as<std::int64_t>() == std::numeric_limits<std::int64_t>::min());
  CHECK(refused<std::int64_t>(0x1p63));
  CHECK(refused<std::int64_t>(std::nextafter(-0x1p63, -infinite)));
  CHECK(value{std::nextafter(0x1p63, 0)}.as<std::int64_t>() == 9223372036854774784);
  CHECK(value{0x1p63}.as<std::uint64_t>() == std::uint64_t{1} << 63);
  CHECK(refused<std::uint64_t>(0x1p64));
  CHECK(value{std::nextafter(0x1p64, 0)}.as<std::uint64_t>() == 18446744073709549568u);
}

TEST_CASE("integers around 2^53 come back as they went in", "[runtime][value]") {
  for (std::int64_t step = -2; step <= 2; ++step) {
    auto number = (std::int64_t{1} << 53) + step;
    CHECK(value{number}.as<std::int64_t>() == number);
    CHECK(value{-number}.as<std::int64_t>() == -number);
    CHECK(value{static_cast<std::uint64_t>(number)}.as<std::uint64_t>()
          == static_cast<std::uint64_t>(number));
  }
}

TEST_CASE("64-bit limits come back as they went in", "[runtime][value]") {
  using s = std::numeric_limits<std::int64_t>;
  using u = std::numeric_limits<std::uint64_t>;
  CHECK(value{s::min()}.as<std::int64_t>() == s::min());
  CHECK(value{s::max()}.as<std::int64_t>() == s::max());
  CHECK(value{u::max()}.as<std::uint64_t>() == u::max());
  CHECK(refused<std::int64_t>(u::max()));
  CHECK(refused<std::uint64_t>(s::min()));
}

TEST_CASE("a BigInt converts to integers in range", "[runtime][value]") {
  CHECK(value::bigint(42).as<int>() == 42);
  CHECK(value::bigint(0).as<unsigned>() == 0);
  CHECK(refused<std::int8_t>(value::bigint(128)));
  CHECK(refused<unsigned>(value::bigint(-1)));
  CHECK(value::bigint(true, {std::uint64_t{1} << 63}).as<std::int64_t>()
        == std::numeric_limits<std::int64_t>::min());
  CHECK(refused<std::int64_t>(value::bigint(false, {std::uint64_t{1} << 63})));
  CHECK(refused<std::int64_t>(value::bigint(true, {(std::uint64_t{1} << 63) + 1})));
  CHECK(refused<std::int64_t>(value::bigint(false, {0, 1})));
  CHECK(refused<std::uint64_t>(value::bigint(false, {0, 1})));
}

// -- floating point -------------------------------------------------------------------

TEST_CASE("a double keeps NaN, infinities and negative zero", "[runtime][value]") {
  CHECK(std::isnan(value{nan_number}.as<double>()));
  CHECK(value{-infinite}.as<double>() == -infinite);
  CHECK(std::signbit(value{-0.0}.as<double>()));
  CHECK(value{std::numeric_limits<double>::denorm_min()}.as<double>()
        == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("a number beyond a float's range is not taken for infinity", "[runtime][value]") {
  CHECK(value{0.5}.as<float>() == 0.5f);
  CHECK(value{infinite}.as<float>() == std::numeric_limits<float>::infinity());
  CHECK(refused<float>(1e300));
  CHECK(refused<float>(-1e300));
}

TEST_CASE("a BigInt is no double", "[runtime][value]") {
  CHECK(refused<double>(value::bigint(1)));
}

// -- no conversion between kinds ------------------------------------------------------

TEST_CASE("nothing converts between kinds as JavaScript would", "[runtime][value]") {
  CHECK(refused<bool>(1));
  CHECK(refused<bool>("true"));
  CHECK(refused<bool>(nullptr));
  CHECK(refused<int>("1"));
  CHECK(refused<int>(true));
  CHECK(refused<int>(value{}));
  CHECK(refused<double>(nullptr));
  CHECK(refused<std::string>(1));
  CHECK(refused<std::u16string>(nullptr));
  CHECK(refused<int>(value::array({1})));
  CHECK(refused<std::string>(value::array({"a"})));
}

TEST_CASE("a refusal tells what was wanted and what was there", "[runtime][value]") {
  try {
    [[maybe_unused]] auto none = value{"seven"}.as<int>();
    FAIL("it did not throw");
  } catch (const wrong_kind& thrown) {
    CHECK(std::string{thrown.what()} == "expected integer in range, got string 'seven'");
  }
}

TEST_CASE("a value converts to itself", "[runtime][value]") {
  CHECK(value{7}.as<value>() == value{7});
}

// -- containers -----------------------------------------------------------------------

TEST_CASE("vectors go there and back", "[runtime][value]") {
  const std::vector<int> numbers{3, 1, 2};
  CHECK(value{numbers}.as<std::vector<int>>() == numbers);
  const std::vector<std::vector<std::string>> nested{{"a"}, {}, {"b", "c"}};
  CHECK(value{nested}.as<std::vector<std::vector<std::string>>>() == nested);
  const std::vector<bool> flags{true, false};
  CHECK(value{flags}.as<std::vector<bool>>() == flags);
}

TEST_CASE("one element of the wrong kind refuses the whole vector", "[runtime][value]") {
  CHECK(refused<std::vector<int>>(value::array({1, "2", 3})));
  CHECK(refused<std::vector<int>>(value::array({1, value::hole()})));
  CHECK(refused<std::vector<int>>(value::object({{"length", 0}})));
}

TEST_CASE("holes read as empty optionals", "[runtime][value]") {
  auto v = value::array({1, value::hole(), nullptr});
  auto read = v.as<std::vector<std::optional<int>>>();
  CHECK(read == std::vector<std::optional<int>>{1, std::nullopt, std::nullopt});
}

TEST_CASE("a Set and a typed array read as vectors", "[runtime][value]") {
  CHECK(value::set({1, 2}).as<std::vector<int>>() == std::vector{1, 2});
  const std::vector<std::byte> bytes{std::byte{1}, std::byte{200}};
  CHECK(value::bytes(bytes).as<std::vector<int>>() == std::vector{1, 200});
  CHECK(refused<std::vector<std::int8_t>>(value::bytes(bytes)));
}

TEST_CASE("vectors of bytes are Uint8Arrays", "[runtime][value]") {
  const std::vector<std::byte> bytes{std::byte{0}, std::byte{255}};
  value v{bytes};
  CHECK(v.element() == element_type::uint8);
  CHECK(v.as<std::vector<std::byte>>() == bytes);
  CHECK(value::array_buffer(bytes).as<std::vector<std::byte>>() == bytes);
  CHECK(refused<std::vector<std::byte>>(value::array({0, 255})));
}

TEST_CASE("maps go there and back", "[runtime][value]") {
  const std::map<std::string, int> ordered{{"a", 1}, {"b", 2}};
  CHECK(value{ordered}.as<std::map<std::string, int>>() == ordered);
  const std::unordered_map<std::string, std::vector<double>> hashed{{"x", {0.5}}, {"y", {}}};
  CHECK(value{hashed}.as<std::unordered_map<std::string, std::vector<double>>>() == hashed);
  CHECK(refused<std::map<std::string, int>>(value::object({{"a", "1"}})));
  CHECK(refused<std::map<std::string, int>>(value::array({})));
}

TEST_CASE("an optional is its value or undefined", "[runtime][value]") {
  CHECK(value{std::optional<int>{3}} == value{3});
  CHECK(value{std::optional<int>{}}.is_undefined());
  CHECK(value{3}.as<std::optional<int>>() == 3);
  CHECK(value{}.as<std::optional<int>>() == std::nullopt);
  CHECK(value{nullptr}.as<std::optional<int>>() == std::nullopt);
  CHECK(refused<std::optional<int>>("3"));
}

// -- dates ----------------------------------------------------------------------------

TEST_CASE("a time point comes back to the millisecond", "[runtime][value]") {
  using clock = std::chrono::system_clock;
  clock::time_point at{1'700'000'000'123ms};
  CHECK(value{at}.as<clock::time_point>() == at);
  clock::time_point before{-5ms};
  CHECK(value{before}.as<clock::time_point>() == before);
}

TEST_CASE("a Date that no C++ clock holds is refused", "[runtime][value]") {
  using time_point = std::chrono::system_clock::time_point;
  CHECK(refused<time_point>(value::date(nan_number)));
  CHECK(refused<time_point>(value::date(8.64e15)));
  CHECK(refused<time_point>(value::date(-8.64e15)));
  CHECK(refused<time_point>(1000));
}

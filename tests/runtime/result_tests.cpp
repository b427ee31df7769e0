#include "troupe/result.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>

using namespace troupe;

namespace {

const error refusal{.code = errc::clone_failed, .message = "no"};

static_assert(!std::is_convertible_v<result<bool>, bool>, "a result is not its own success");
static_assert(!std::is_convertible_v<result<bool>&&, bool>);
static_assert(std::is_convertible_v<result<int>&&, int>);
static_assert(!std::is_convertible_v<result<int>&, int>);

} // namespace

TEST_CASE("a result of a value has it", "[runtime][result]") {
  result<int> seven{7};
  CHECK(seven);
  CHECK(seven.has_value());
  CHECK(*seven == 7);
  CHECK(seven.value() == 7);
}

TEST_CASE("a result of an error has it", "[runtime][result]") {
  result<int> failed{refusal};
  CHECK_FALSE(failed);
  CHECK_FALSE(failed.has_value());
  CHECK(failed.error() == refusal);
}

TEST_CASE("the value of a failed result throws its error", "[runtime][result]") {
  const result<int> failed{refusal};
  try {
    [[maybe_unused]] auto none = failed.value();
    FAIL("it did not throw");
  } catch (const failure& thrown) {
    CHECK(thrown.error() == refusal);
    CHECK(std::string{thrown.what()} == "ERR_TROUPE_CLONE_FAILED: no");
  }
}

TEST_CASE("a temporary result converts to its value or throws", "[runtime][result]") {
  auto make = [](bool good) -> result<std::string> {
    if (good)
      return std::string{"yes"};
    return refusal;
  };
  std::string text = make(true);
  CHECK(text == "yes");
  CHECK_THROWS_AS(text = make(false), failure);
}

TEST_CASE("a result moves what cannot be copied", "[runtime][result]") {
  result<std::unique_ptr<int>> owner{std::make_unique<int>(3)};
  REQUIRE(owner);
  auto taken = *std::move(owner);
  CHECK(*taken == 3);
  result<std::unique_ptr<int>> other{std::make_unique<int>(4)};
  CHECK(*std::move(other).value() == 4);
}

TEST_CASE("value_or gives the fallback only on an error", "[runtime][result]") {
  CHECK(result<int>{7}.value_or(1) == 7);
  CHECK(result<int>{refusal}.value_or(1) == 1);
}

TEST_CASE("a false value is a success", "[runtime][result]") {
  result<bool> no{false};
  CHECK(no.has_value());
  CHECK_FALSE(*no);
}

TEST_CASE("a result without a value succeeds or fails", "[runtime][result]") {
  result<void> fine;
  CHECK(fine);
  CHECK_NOTHROW(fine.value());
  result<void> failed{refusal};
  CHECK_FALSE(failed);
  CHECK(failed.error() == refusal);
  CHECK_THROWS_AS(failed.value(), failure);
}

TEST_CASE("arrow reaches into the value", "[runtime][result]") {
  result<std::string> text{std::string{"abc"}};
  CHECK(text->size() == 3);
  text->push_back('d');
  CHECK(*text == "abcd");
}

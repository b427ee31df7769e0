#include "runtime/function_ref.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>

using namespace troupe::js;

namespace {

int call(function_ref<int(int)> f, int with) {
  return f(with);
}

int doubled(int x) {
  return 2 * x;
}

} // namespace

TEST_CASE("a function reference calls a lambda with its captures", "[runtime][function_ref]") {
  int calls = 0;
  CHECK(call(
          [&](int x) {
            ++calls;
            return x + 1;
          },
          41)
        == 42);
  CHECK(calls == 1);
}

TEST_CASE("a function reference changes the callable it refers to", "[runtime][function_ref]") {
  auto counter = [n = 0](int step) mutable { return n += step; };
  CHECK(call(counter, 2) == 2);
  CHECK(call(counter, 2) == 4);
}

TEST_CASE("a function reference takes a pointer to a function", "[runtime][function_ref]") {
  auto* pointer = &doubled;
  CHECK(call(pointer, 21) == 42);
}

TEST_CASE("a function reference forwards what can only be moved", "[runtime][function_ref]") {
  auto take = [](std::unique_ptr<int> owned) { return *owned; };
  function_ref<int(std::unique_ptr<int>)> f = take;
  CHECK(f(std::make_unique<int>(5)) == 5);
}

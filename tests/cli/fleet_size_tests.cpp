#include "cli/fleet_size.hpp"

#include <catch2/catch_test_macros.hpp>

#include <numeric>

using namespace troupe::cli;
using counts = std::vector<std::size_t>;

TEST_CASE("shares are divided by weight", "[cli][fleet_size]") {
  CHECK(apportion(100, counts{28, 24, 24, 14, 10}) == counts{28, 24, 24, 14, 10});
  CHECK(apportion(7, counts{1, 1}) == counts{4, 3});
}

TEST_CASE("each kind has a context, however small its share", "[cli][fleet_size]") {
  CHECK(apportion(3, counts{98, 1, 1}) == counts{1, 1, 1});
  CHECK(apportion(10, counts{98, 1, 1}) == counts{8, 1, 1});
}

TEST_CASE("no context is lost or invented", "[cli][fleet_size]") {
  const counts weights{28, 24, 24, 14, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  for (std::size_t contexts = weights.size(); contexts < 400; ++contexts) {
    auto given = apportion(contexts, weights);
    CHECK(std::accumulate(given.begin(), given.end(), std::size_t{0}) == contexts);
  }
}

TEST_CASE("kinds are mixed evenly", "[cli][fleet_size]") {
  CHECK(spread(counts{4, 2}) == counts{0, 1, 0, 0, 1, 0});
  CHECK(spread(counts{1, 5}) == counts{1, 1, 0, 1, 1, 1});
}

TEST_CASE("the default depends on cores, memory and capacity", "[cli][fleet_size]") {
  machine roomy{.cores = 2, .available_memory_mib = 24'000, .capacity = 3500};
  CHECK(sensible_contexts(roomy, 14) == 300);
  CHECK(sensible_contexts({.cores = 64, .available_memory_mib = 500'000, .capacity = 3500}, 14)
        == 1000);
  CHECK(sensible_contexts({.cores = 2, .available_memory_mib = 2'400, .capacity = 3500}, 14)
        == 50);
  CHECK(sensible_contexts({.cores = 2, .available_memory_mib = 24'000, .capacity = 40}, 14)
        == 40);
  CHECK(sensible_contexts({.cores = 0, .available_memory_mib = 0, .capacity = 0}, 14) == 14);
}

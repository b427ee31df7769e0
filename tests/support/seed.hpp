#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace troupe::testing {

/// The seed of every test that uses chance: always the same unless TROUPE_SEED
/// says otherwise. Tests show it with CAPTURE, so a failure can be had again.
inline std::uint64_t test_seed() {
  const char* wished = std::getenv("TROUPE_SEED");
  return wished != nullptr ? std::stoull(wished) : 20'260'101;
}

/// A random number generator with the questions that tests ask.
class chance {
public:
  explicit chance(std::uint64_t seed) : engine_(seed) {
  }

  /// From 0 to `end` - 1.
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>{0, end - 1}(engine_);
  }

  bool one_in(std::size_t count) {
    return below(count) == 0;
  }

  std::uint64_t bits() {
    return engine_();
  }

  template <class Container>
  const auto& pick(const Container& from) {
    return from[below(from.size())];
  }

private:
  std::mt19937_64 engine_;
};

} // namespace troupe::testing

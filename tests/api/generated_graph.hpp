#pragma once

#include "tests/support/seed.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::testing {

/// A module of a generated graph.
struct generated_module {
  enum class pause { microtask, timer };
  enum class fault { none, missing, syntax, link };

  /// What it imports, in the order of its source; also itself, and the same one twice.
  std::vector<std::size_t> imports;
  /// Its top-level awaits.
  std::vector<pause> pauses;
  /// It throws after so many of them; -1: never.
  int throws_after = -1;
  /// Why no graph with it can be linked.
  fault broken = fault::none;

  [[nodiscard]] bool waits() const noexcept {
    return !pauses.empty();
  }
};

/// A graph of modules that write down when they run and what they see of each other:
/// chains, trees, diamonds, cycles, or anything.
class generated_graph {
public:
  struct wishes {
    bool timers = true;
    bool faults = true;
  };

  generated_graph(chance& random, wishes how);

  [[nodiscard]] std::size_t size() const noexcept {
    return modules_.size();
  }

  [[nodiscard]] const generated_module& operator[](std::size_t index) const {
    return modules_[index];
  }

  [[nodiscard]] static std::string name(std::size_t index);
  [[nodiscard]] static std::size_t index(const std::string& name);

  /// JavaScript. Needs a global array `log`.
  [[nodiscard]] std::string source(std::size_t index) const;

  /// Everything that it imports, directly or not, itself among it.
  [[nodiscard]] std::vector<std::size_t> reached_from(std::size_t index) const;

  /// For a failed test.
  [[nodiscard]] std::string to_string() const;

private:
  std::vector<generated_module> modules_;
};

} // namespace troupe::testing

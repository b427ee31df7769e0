#pragma once

#include "tests/support/seed.hpp"
#include "troupe/options.hpp"

#include <optional>
#include <set>
#include <string>

namespace troupe::testing {

/// How a request ends: with a code, or with a value (nothing).
using ending = std::optional<errc>;

/// What a context of a stress test is asked to run, and what may become of it.
struct task {
  std::string source;
  run_options how{};
  /// Endings that are possible when nobody interferes; none: it never ends.
  std::set<ending> endings{};
  /// What its value is, if that is its ending.
  int number = 0;
  /// Waits for a promise: tasks of its context that are stopped may take it
  /// along.
  bool waits = false;
  /// May be stopped by a deadline or the heap limit.
  bool stoppable = false;
  /// Reaches the heap limit: may take the context along.
  bool hungry = false;

  /// What kinds there may be besides those that end by themselves or by a limit
  /// of their own.
  struct choice {
    bool endless = false;
    bool hungry = false;
  };

  /// A task of any kind; if it gives a value, this is `number`.
  [[nodiscard]] static task any(chance& random, int number, const choice& from);
};

/// What a context needs for any task.
[[nodiscard]] context_options options_for_tasks();

} // namespace troupe::testing

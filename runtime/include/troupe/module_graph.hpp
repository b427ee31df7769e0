#pragma once

#include "troupe/module_source.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace troupe {

/// An import in a graph of modules.
struct graph_import {
  std::string specifier{};
  std::vector<import_attribute> attributes{};
  import_phase phase = import_phase::evaluation;
  std::size_t target = 0; ///< Index in `module_graph::modules`.
};

/// A module in a graph.
struct graph_module {
  std::string identifier{};
  module_kind kind = module_kind::javascript;
  std::size_t size = 0; ///< Bytes of the source.
  std::chrono::nanoseconds compile_time{0};
  /// Of its own body up to its first `await`; in a cycle, of all of the cycle, told for the
  /// module that is reached first. 0 when it was not evaluated.
  std::chrono::nanoseconds evaluate_time{0};
  bool has_top_level_await = false;
  std::vector<graph_import> imports{};
};

/// What a module imports, all the way down.
struct module_graph {
  /// In the order in which they are evaluated; the last one is the root.
  std::vector<graph_module> modules{};
};

} // namespace troupe

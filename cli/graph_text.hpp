#pragma once

#include <troupe/module_graph.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::cli {

/// Modules that import each other in a circle; each as indices, in the order of the graph.
[[nodiscard]] std::vector<std::vector<std::size_t>> find_cycles(const module_graph& graph);

/// What people call the modules: paths below `folder`, which ends with a slash, without it.
[[nodiscard]] std::vector<std::string> short_names(const module_graph& graph,
                                                   const std::string& folder);

/// An indented tree from the root, with sizes and times, then a summary. A module that was
/// shown before is not unfolded again.
[[nodiscard]] std::string to_tree(const module_graph& graph,
                                  const std::vector<std::string>& names);

/// For Graphviz: `troupe graph --format dot main.mjs | dot -Tsvg`.
[[nodiscard]] std::string to_dot(const module_graph& graph,
                                 const std::vector<std::string>& names);

/// Everything, for programs.
[[nodiscard]] std::string to_json_text(const module_graph& graph,
                                       const std::vector<std::string>& names);

} // namespace troupe::cli

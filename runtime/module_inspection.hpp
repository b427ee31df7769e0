#pragma once

#include "runtime/module_record.hpp"
#include "troupe/module_graph.hpp"

#include <vector>

namespace troupe::js {

// What `troupe graph` shows of a graph that is loaded and not linked. The isolate's thread.

/// The modules of the graph, those first that others import.
[[nodiscard]] std::vector<module_record*> modules_in_order(module_record& root);

/// The same modules, without the times of evaluation.
[[nodiscard]] module_graph describe_graph(isolate_scope& here,
                                          const std::vector<module_record*>& order);

} // namespace troupe::js

#include "runtime/module_inspection.hpp"

#include <unordered_map>
#include <unordered_set>

namespace troupe::js {

std::vector<module_record*> modules_in_order(module_record& root) {
  struct place {
    module_record* module;
    std::size_t next = 0;
  };
  std::vector<module_record*> order;
  std::unordered_set<module_record*> seen{&root};
  std::vector<place> path{{&root}};
  while (!path.empty()) {
    auto& here = path.back();
    auto& imports = here.module->imports();
    if (here.next == imports.size()) {
      order.push_back(here.module);
      path.pop_back();
      continue;
    }
    auto* target = imports[here.next++].target.get();
    if (target != nullptr && seen.insert(target).second)
      path.push_back({target});
  }
  return order;
}

module_graph describe_graph(isolate_scope& here, const std::vector<module_record*>& order) {
  std::unordered_map<const module_record*, std::size_t> indices;
  for (auto* each : order)
    indices.emplace(each, indices.size());
  module_graph graph;
  for (auto* each : order) {
    graph_module shown{.identifier = each->identifier(),
                       .kind = each->facts().kind,
                       .size = each->facts().size,
                       .compile_time = each->facts().compile_time};
    auto module = each->module(here);
    if (module->IsSourceTextModule())
      shown.has_top_level_await = module->HasTopLevelAwait();
    for (const auto& import : each->facts().imports)
      if (import.target) // else it was linked before
        shown.imports.push_back({.specifier = import.request.specifier,
                                 .attributes = import.request.attributes,
                                 .phase = import.request.phase,
                                 .target = indices.at(import.target.get())});
    graph.modules.push_back(std::move(shown));
  }
  return graph;
}

} // namespace troupe::js

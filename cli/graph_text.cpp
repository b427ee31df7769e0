#include "cli/graph_text.hpp"

#include "cli/number_format.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <utility>

namespace troupe::cli {

namespace {

constexpr std::string_view kind_names[]{"javascript", "json", "text",
                                        "bytes",      "wasm", "synthetic"};

std::string_view kind_name(module_kind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

std::string time_text(std::chrono::nanoseconds time) {
  return duration_text(std::chrono::round<std::chrono::microseconds>(time));
}

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

/// Who imports each module.
std::vector<std::vector<std::size_t>> importers_of(const module_graph& graph) {
  std::vector<std::vector<std::size_t>> importers(graph.modules.size());
  for (std::size_t i = 0; i < graph.modules.size(); ++i)
    for (const auto& import : graph.modules[i].imports)
      if (importers[import.target].empty() || importers[import.target].back() != i)
        importers[import.target].push_back(i);
  return importers;
}

std::string facts(const graph_module& module) {
  auto text = bytes_text(static_cast<std::int64_t>(module.size));
  if (module.kind != module_kind::javascript)
    text += fmt::format(", {}", kind_name(module.kind));
  if (module.has_top_level_await)
    text += ", awaits";
  if (module.compile_time.count() > 0)
    text += fmt::format(", compiled in {}", time_text(module.compile_time));
  if (module.evaluate_time.count() > 0)
    text += fmt::format(", evaluated in {}", time_text(module.evaluate_time));
  return text;
}

} // namespace

std::vector<std::vector<std::size_t>> find_cycles(const module_graph& graph) {
  // Tarjan's strongly connected components, without recursion.
  constexpr auto none = static_cast<std::size_t>(-1);
  struct place {
    std::size_t module;
    std::size_t next = 0;
  };
  auto count = graph.modules.size();
  std::vector<std::size_t> number(count, none);
  std::vector<std::size_t> lowest(count, none);
  std::vector<bool> open(count, false);
  std::vector<std::size_t> stack;
  std::vector<std::vector<std::size_t>> cycles;
  std::size_t last = 0;
  for (std::size_t start = 0; start < count; ++start) {
    if (number[start] != none)
      continue;
    std::vector<place> path{{start}};
    while (!path.empty()) {
      auto& [here, next] = path.back();
      if (next == 0 && number[here] == none) {
        number[here] = lowest[here] = last++;
        stack.push_back(here);
        open[here] = true;
      }
      const auto& imports = graph.modules[here].imports;
      if (next < imports.size()) {
        auto target = imports[next++].target;
        if (number[target] == none)
          path.push_back({target});
        else if (open[target])
          lowest[here] = std::min(lowest[here], number[target]);
        continue;
      }
      auto done = here;
      path.pop_back();
      if (!path.empty())
        lowest[path.back().module] = std::min(lowest[path.back().module], lowest[done]);
      if (lowest[done] != number[done])
        continue;
      std::vector<std::size_t> members;
      for (auto top = none; top != done;) {
        top = stack.back();
        stack.pop_back();
        open[top] = false;
        members.push_back(top);
      }
      bool itself = std::ranges::any_of(graph.modules[done].imports, [done](const auto& import) {
        return import.target == done;
      });
      std::ranges::sort(members);
      if (members.size() > 1 || itself)
        cycles.push_back(std::move(members));
    }
  }
  return cycles;
}

std::vector<std::string> short_names(const module_graph& graph, const std::string& folder) {
  auto prefix = "file://" + folder;
  std::vector<std::string> names;
  for (const auto& each : graph.modules)
    names.push_back(each.identifier.starts_with(prefix) ? each.identifier.substr(prefix.size())
                                                        : each.identifier);
  return names;
}

std::string to_tree(const module_graph& graph, const std::vector<std::string>& names) {
  struct line {
    std::size_t module;
    std::string before; // of this line
    std::string indent; // of those below
    std::string note{}; // how it is imported
  };
  std::string text;
  std::vector<bool> shown(graph.modules.size(), false);
  std::vector<line> open{{graph.modules.size() - 1, "", ""}};
  while (!open.empty()) {
    auto here = std::move(open.back());
    open.pop_back();
    const auto& module = graph.modules[here.module];
    if (shown[here.module]) {
      text += fmt::format("{}{}{}  (above)\n", here.before, names[here.module], here.note);
      continue;
    }
    shown[here.module] = true;
    text +=
      fmt::format("{}{}{}  {}\n", here.before, names[here.module], here.note, facts(module));
    for (std::size_t i = module.imports.size(); i-- > 0;) {
      const auto& import = module.imports[i];
      bool last = i + 1 == module.imports.size();
      open.push_back({import.target, here.indent + (last ? "└─ " : "├─ "),
                      here.indent + (last ? "   " : "│  "),
                      import.phase == import_phase::source ? " (source)" : ""});
    }
  }
  std::size_t size = 0;
  std::chrono::nanoseconds compiled{0};
  std::chrono::nanoseconds evaluated{0};
  for (const auto& each : graph.modules) {
    size += each.size;
    compiled += each.compile_time;
    evaluated += each.evaluate_time;
  }
  auto cycles = find_cycles(graph);
  text += fmt::format(
    "\n{}, {}, {}; compiled in {}, evaluated in {}\n", count_text(graph.modules.size(), "module"),
    bytes_text(static_cast<std::int64_t>(size)), count_text(cycles.size(), "cycle"),
    time_text(compiled), time_text(evaluated));
  for (const auto& cycle : cycles) {
    std::vector<std::string> members;
    for (auto each : cycle)
      members.push_back(names[each]);
    text += fmt::format("cycle: {}\n", fmt::join(members, ", "));
  }
  return text;
}

std::string to_dot(const module_graph& graph, const std::vector<std::string>& names) {
  auto quoted = [](std::string_view text) { return nlohmann::json(text).dump(); };
  std::set<std::size_t> in_cycle;
  for (const auto& cycle : find_cycles(graph))
    in_cycle.insert(cycle.begin(), cycle.end());
  std::string text = "digraph modules {\n  rankdir=LR;\n  node [shape=box];\n";
  for (std::size_t i = 0; i < graph.modules.size(); ++i)
    text +=
      fmt::format("  m{} [label={}{}];\n", i, quoted(names[i] + "\n" + facts(graph.modules[i])),
                  in_cycle.contains(i) ? ", color=red" : "");
  for (std::size_t i = 0; i < graph.modules.size(); ++i)
    for (const auto& import : graph.modules[i].imports)
      text +=
        fmt::format("  m{} -> m{} [label={}{}];\n", i, import.target, quoted(import.specifier),
                    import.phase == import_phase::source ? ", style=dashed" : "");
  return text + "}\n";
}

std::string to_json_text(const module_graph& graph, const std::vector<std::string>& names) {
  using nlohmann::ordered_json;
  auto importers = importers_of(graph);
  auto modules = ordered_json::array();
  for (std::size_t i = 0; i < graph.modules.size(); ++i) {
    const auto& each = graph.modules[i];
    auto imports = ordered_json::array();
    for (const auto& import : each.imports) {
      ordered_json shown{
        {"specifier", import.specifier},
        {"module", names[import.target]},
        {"phase", import.phase == import_phase::source ? "source" : "evaluation"}};
      for (const auto& [key, item] : import.attributes)
        shown["attributes"][key] = item;
      imports.push_back(std::move(shown));
    }
    auto imported_by = ordered_json::array();
    for (auto importer : importers[i])
      imported_by.push_back(names[importer]);
    modules.push_back({{"name", names[i]},
                       {"identifier", each.identifier},
                       {"kind", kind_name(each.kind)},
                       {"bytes", each.size},
                       {"compile_ms", milliseconds(each.compile_time)},
                       {"evaluate_ms", milliseconds(each.evaluate_time)},
                       {"top_level_await", each.has_top_level_await},
                       {"imports", std::move(imports)},
                       {"imported_by", std::move(imported_by)}});
  }
  auto cycles = ordered_json::array();
  for (const auto& cycle : find_cycles(graph)) {
    auto members = ordered_json::array();
    for (auto each : cycle)
      members.push_back(names[each]);
    cycles.push_back(std::move(members));
  }
  ordered_json whole{
    {"root", names.back()}, {"modules", std::move(modules)}, {"cycles", std::move(cycles)}};
  // What is no UTF-8 in a name is replaced, not an error.
  return whole.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

} // namespace troupe::cli

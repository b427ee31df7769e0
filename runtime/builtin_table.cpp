#include "runtime/builtin_table.hpp"

namespace troupe::js {

namespace {

constexpr public_module modules[]{
  {"util/types", builtin::node_util},
  {"vm", builtin::node_vm},
};

} // namespace

std::span<const public_module> public_modules() noexcept {
  return modules;
}

std::span<const lazy_global> lazy_globals() noexcept {
  return {}; // so far
}

std::optional<std::string_view> find_public_module(std::string_view specifier,
                                                   builtin_set given) noexcept {
  constexpr std::string_view scheme = "node:";
  if (specifier.starts_with(scheme))
    specifier.remove_prefix(scheme.size());
  for (const auto& each : modules)
    if (each.name == specifier && given.has(each.part_of))
      return each.name;
  return std::nullopt;
}

} // namespace troupe::js

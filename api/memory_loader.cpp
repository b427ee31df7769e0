#include "troupe/memory_loader.hpp"

#include "api/import_text.hpp"
#include "api/module_kinds.hpp"
#include "api/ready_future.hpp"
#include "api/specifier_path.hpp"

#include <fmt/format.h>

#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe {

using namespace detail;

namespace {

/// One module, as whatever kinds it was imported: in each it is one source.
struct stored_module {
  std::optional<module_kind> natural;
  std::vector<module_source> by_kind; // never empty

  module_source as(module_kind kind) {
    for (const auto& each : by_kind)
      if (each.kind() == kind)
        return each;
    const auto& first = by_kind.front();
    return by_kind.emplace_back(first.identifier(), std::string{first.content()}, kind);
  }
};

} // namespace

struct memory_loader::state {
  std::mutex mutex;
  std::unordered_map<std::string, stored_module> modules; // guarded by mutex
};

memory_loader::memory_loader() : memory_loader(sources{}) {
}

memory_loader::memory_loader(sources modules) : state_(std::make_unique<state>()) {
  for (auto& [identifier, content] : modules)
    add(identifier, std::move(content));
}

memory_loader::~memory_loader() = default;

void memory_loader::add(std::string identifier, std::string content) {
  auto name = resolved_specifier(identifier, {});
  auto natural = kind_by_extension(name);
  module_source module{name, std::move(content), natural.value_or(module_kind::javascript)};
  std::lock_guard guard{state_->mutex};
  state_->modules.insert_or_assign(std::move(name), stored_module{natural, {std::move(module)}});
}

void memory_loader::add(module_source module) {
  auto name = resolved_specifier(module.identifier(), {});
  stored_module stored{module.kind(), {std::move(module)}};
  std::lock_guard guard{state_->mutex};
  state_->modules.insert_or_assign(std::move(name), std::move(stored));
}

bool memory_loader::remove(std::string_view identifier) {
  std::lock_guard guard{state_->mutex};
  auto found = state_->modules.find(resolved_specifier(identifier, {}));
  if (found == state_->modules.end())
    return false;
  state_->modules.erase(found);
  return true;
}

future<module_source> memory_loader::load(module_request request) {
  return ready_future(*find(request));
}

std::optional<result<module_source>> memory_loader::find(const module_request& request) {
  auto name = resolved_specifier(request.specifier, request.referrer);
  std::lock_guard guard{state_->mutex};
  auto found = state_->modules.find(name);
  if (found == state_->modules.end())
    return error{.code = errc::module_not_found,
                 .message = name == request.specifier
                              ? fmt::format("cannot find module {}", import_text(request))
                              : fmt::format("cannot find module {}: there is no {}",
                                            import_text(request), in_quotes(name))};
  auto& stored = found->second;
  auto kind = imported_kind(request, stored.natural);
  if (!kind)
    return std::move(kind).error();
  return stored.as(kind->value_or(module_kind::javascript));
}

} // namespace troupe

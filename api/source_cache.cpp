#include "api/source_cache.hpp"

#include <utility>

namespace troupe::detail {

std::size_t source_cache::cost(const entry& of) {
  constexpr std::size_t bookkeeping = 400;
  return of.source.content().size() + 3 * of.name.first.size() + bookkeeping;
}

std::optional<module_source> source_cache::find(const std::string& identifier, module_kind kind,
                                                const file_identity& file) {
  std::lock_guard guard{mutex_};
  auto found = by_name_.find({identifier, kind});
  if (found == by_name_.end() || !found->second->certain || found->second->file != file)
    return {};
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->source;
}

module_source source_cache::keep(module_source fresh, const file_identity& file, bool certain) {
  std::lock_guard guard{mutex_};
  key name{fresh.identifier(), fresh.kind()};
  auto known = by_name_.find(name);
  if (known != by_name_.end()) {
    auto there = known->second;
    if (there->source.content() == fresh.content()) {
      there->file = file;
      there->certain = certain;
      by_use_.splice(by_use_.begin(), by_use_, there);
      return there->source;
    }
    bytes_ -= cost(*there);
    by_use_.erase(there);
    by_name_.erase(known);
  }
  by_use_.push_front({std::move(name), fresh, file, certain});
  by_name_.emplace(by_use_.front().name, by_use_.begin());
  bytes_ += cost(by_use_.front());
  while (bytes_ > bytes_max_ && !by_use_.empty()) {
    bytes_ -= cost(by_use_.back());
    by_name_.erase(by_use_.back().name);
    by_use_.pop_back();
  }
  return fresh;
}

bool source_cache::empty() const {
  std::lock_guard guard{mutex_};
  return by_use_.empty();
}

} // namespace troupe::detail

#pragma once

#include "actors/mailbox.hpp"
#include "actors/messages.hpp"
#include "runtime/run_ledger.hpp"

#include <caf/actor.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// What the watchdog must know about a context to stop its runs and answer for
/// them.
struct watched_context {
  context_id id = 0;
  std::shared_ptr<js::run_ledger> ledger;
  std::string name;
  caf::actor context;
  std::shared_ptr<mailbox> box; ///< The context's.
  caf::actor owner;
  caf::actor supervisor;
};

/// The contexts of this process that a watchdog looks after.
///
/// Threads: any.
class watch_list {
public:
  void add(watched_context entry) {
    std::lock_guard guard{mutex_};
    auto id = entry.id;
    entries_.insert_or_assign(id, std::move(entry));
  }

  void remove(context_id id) {
    std::optional<watched_context> removed; // let go outside the lock
    std::lock_guard guard{mutex_};
    if (auto found = entries_.find(id); found != entries_.end()) {
      removed = std::move(found->second);
      entries_.erase(found);
    }
  }

  [[nodiscard]] std::optional<watched_context> find(context_id id) const {
    std::lock_guard guard{mutex_};
    auto found = entries_.find(id);
    return found == entries_.end() ? std::nullopt : std::optional{found->second};
  }

  [[nodiscard]] std::vector<watched_context> all() const {
    std::lock_guard guard{mutex_};
    std::vector<watched_context> result;
    result.reserve(entries_.size());
    for (const auto& [id, entry] : entries_)
      result.push_back(entry);
    return result;
  }

private:
  mutable std::mutex mutex_;
  std::unordered_map<context_id, watched_context> entries_; // guarded by mutex_
};

} // namespace troupe::actors

#pragma once

#include "actors/mailbox.hpp"
#include "actors/messages.hpp"
#include "runtime/environment.hpp"

#include <caf/actor.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

struct host_hooks;

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
  std::shared_ptr<const host_hooks> hooks;
  js::stop_texts texts;
};

/// The contexts of this process that a watchdog looks after.
///
/// A request that the watchdog stops is one that its context no longer knows: a
/// context that drains may then end, and the news of that must not overtake the
/// watchdog's answer. So the watchdog holds `looking` from the first look at a
/// ledger until it has answered, and `remove` waits for that.
///
/// Threads: any.
class watch_list {
public:
  /// The watchdog's, while it stops requests and answers for them.
  [[nodiscard]] std::unique_lock<std::mutex> looking() {
    return std::unique_lock{looking_};
  }

  void add(watched_context entry) {
    std::lock_guard guard{mutex_};
    auto id = entry.id;
    entries_.insert_or_assign(id, std::move(entry));
  }

  /// After this the watchdog answers for the context no more.
  void remove(context_id id) {
    std::optional<watched_context> removed; // let go outside the lock
    {
      std::lock_guard guard{mutex_};
      if (auto found = entries_.find(id); found != entries_.end()) {
        removed = std::move(found->second);
        entries_.erase(found);
      }
    }
    std::lock_guard wait{looking_};
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
  std::mutex looking_; // before mutex_
  mutable std::mutex mutex_;
  std::unordered_map<context_id, watched_context> entries_; // guarded by mutex_
};

} // namespace troupe::actors

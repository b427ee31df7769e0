#pragma once

#include "actors/capacity.hpp"
#include "actors/context_actor.hpp"
#include "actors/messages.hpp"
#include "runtime/isolate_thread.hpp"
#include "runtime/thread_scheduling.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// The contexts of a runtime: starts their threads, counts them against the capacity, and
/// knows every one until it is buried.
///
/// Threads: any; one mutex. Nothing here waits, but that `bury` joins a thread that has said
///          farewell, which takes microseconds.
class context_roster : public std::enable_shared_from_this<context_roster> {
public:
  /// `common` is what all contexts get; its supervisor and its roster are none.
  context_roster(context_surroundings common, capacity places);

  /// Whether threads that the caller starts run where and as those of the runtime do:
  /// others leave that to the supervisor.
  [[nodiscard]] bool may_start_here() const;

  /// Starts the thread of a context, which answers. Refused when there is no place, no
  /// thread, or when the roster is closed.
  [[nodiscard]] result<void> start(spawn_request request, const caf::actor& supervisor);

  /// A context has started.
  /// @returns how it has to close, because the roster has; else nothing.
  [[nodiscard]] std::optional<close_request> welcome(context_id context,
                                                     const caf::actor& handle);

  /// A context that could not start gives its place back before it says so.
  void leave(context_id context);

  /// Frees thread and place of a context that has ended.
  /// @returns whom to tell; nobody when it is not known.
  [[nodiscard]] caf::actor bury(const context_down& farewell);

  /// Nothing is started any more.
  /// @returns the contexts that run; `welcome` tells those that are about to.
  [[nodiscard]] std::vector<caf::actor> close(close_request how);

  [[nodiscard]] bool empty() const;

private:
  struct member {
    caf::actor owner;
    bool counted = true;
    std::optional<js::isolate_thread> thread{}; ///< None while it is being made.
    caf::actor handle{};                        ///< Invalid until the context has started.
    std::optional<context_down> farewell{};     ///< Of a context that ended before that.
  };

  [[nodiscard]] result<void> enter(const spawn_request& request);

  const context_surroundings common_;
  const js::thread_scheduling scheduling_ = js::thread_scheduling::here();
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  capacity capacity_;
  std::unordered_map<context_id, member> members_;
  std::optional<close_request> closed_;
};

} // namespace troupe::actors

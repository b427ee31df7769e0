#pragma once

#include "actors/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <unordered_set>

namespace troupe::actors {

/// What a linker works for.
struct link_job {
  context_id context = 0;
  js::load_id load = 0;
  std::uint64_t port = 0;
  caf::actor target; ///< The context.
  caf::actor owner;  ///< The client, who has the loader.
  std::size_t concurrency_max = 256;
  std::chrono::milliseconds load_time{0}; ///< The limit; the context tells when it is over.
};

/// Finds the modules of one graph: takes what the context lacks to the loader, no more at
/// a time than allowed, and brings what was found as it comes, so that the context compiles
/// the one while the others are still on their way. Ends with the graph, or with the context.
///
/// Threads: CAF's scheduler; never blocks.
class linker_state {
public:
  static constexpr const char* name = "troupe.linker";

  linker_state(caf::event_based_actor* self, link_job job);
  ~linker_state();

  linker_state(const linker_state&) = delete;
  linker_state& operator=(const linker_state&) = delete;

  [[nodiscard]] caf::behavior make_behavior();

private:
  void ask();
  void found(const module_found& what);
  void time_is_up();
  void end();

  caf::event_based_actor* self_;
  link_job job_;
  std::deque<js::module_fetch> waiting_;
  std::unordered_set<js::fetch_id> open_; // with the loader
  bool late_ = false;
  bool begun_ = false;
};

using linker_actor = caf::stateful_actor<linker_state>;

} // namespace troupe::actors

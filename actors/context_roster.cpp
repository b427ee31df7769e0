#include "actors/context_roster.hpp"

#include "actors/scheduled.hpp"

#include <utility>

namespace troupe::actors {

context_roster::context_roster(context_surroundings common, capacity places)
  : common_(std::move(common)), capacity_(std::move(places)) {
}

bool context_roster::may_start_here() const {
  return js::thread_scheduling::here() == scheduling_;
}

result<void> context_roster::start(spawn_request request, const caf::actor& supervisor) {
  auto context = request.context;
  if (auto entered = enter(request); !entered)
    return entered;
  auto around = common_;
  around.supervisor = supervisor;
  around.roster = shared_from_this();
  auto name = request.options.name;
  auto stack_bytes = request.options.stack_kib * 1024;
  auto thread = js::isolate_thread::start(
    name, stack_bytes, [around = std::move(around), request = std::move(request)]() mutable {
      context_actor::main(std::move(around), std::move(request));
    });
  std::lock_guard guard{mutex_};
  auto found = members_.find(context);
  auto& entry = found->second;
  if (!thread) {
    if (entry.counted)
      capacity_.give_back();
    members_.erase(found);
    if (closed_) // the supervisor may have waited for this one
      send_to_scheduled(supervisor, shutdown_request{closed_->drain});
    return std::move(thread).error();
  }
  entry.thread = *std::move(thread);
  if (entry.farewell) // it was faster
    send_to_scheduled(supervisor, *entry.farewell);
  return {};
}

/// Takes a place, before there is a thread: threads are not made under the mutex, which all
/// contexts that have started want.
result<void> context_roster::enter(const spawn_request& request) {
  std::lock_guard guard{mutex_};
  if (closed_)
    return error{.code = errc::runtime_closed, .message = "the runtime is shutting down"};
  if (!request.internal) {
    if (auto place = capacity_.take(); !place)
      return place;
  }
  members_.emplace(request.context, member{.owner = request.owner, .counted = !request.internal});
  return {};
}

std::optional<close_request> context_roster::welcome(context_id context,
                                                     const caf::actor& handle) {
  std::lock_guard guard{mutex_};
  if (auto found = members_.find(context); found != members_.end())
    found->second.handle = handle;
  return closed_;
}

void context_roster::leave(context_id context) {
  std::lock_guard guard{mutex_};
  auto found = members_.find(context);
  if (found != members_.end() && std::exchange(found->second.counted, false))
    capacity_.give_back();
}

caf::actor context_roster::bury(const context_down& farewell) {
  std::unique_lock guard{mutex_};
  auto found = members_.find(farewell.context);
  if (found == members_.end())
    return {};
  if (!found->second.thread) {
    found->second.farewell = farewell;
    return {};
  }
  auto buried = std::move(members_.extract(found).mapped());
  guard.unlock();
  if (farewell.thread_lost) {
    // Its isolate is still there, so its place is not given back.
    buried.thread->give_up();
    return buried.owner;
  }
  buried.thread->join();
  if (buried.counted) {
    guard.lock();
    capacity_.give_back();
  }
  return buried.owner;
}

std::vector<caf::actor> context_roster::close(close_request how) {
  std::lock_guard guard{mutex_};
  closed_ = how;
  std::vector<caf::actor> running;
  for (const auto& [id, context] : members_)
    if (context.handle)
      running.push_back(context.handle);
  return running;
}

bool context_roster::empty() const {
  std::lock_guard guard{mutex_};
  return members_.empty();
}

} // namespace troupe::actors

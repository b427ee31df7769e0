#include "actors/client.hpp"

#include "actors/context_roster.hpp"
#include "actors/scheduled.hpp"

#include <caf/actor_companion.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_execution_unit.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::actors {

namespace {

constexpr std::size_t open_entries_min = 64;

/// Drops what is over, whenever the list is twice as long as what was left of it.
template <class Entry, class IsOver>
void look_through(std::vector<Entry>& entries, std::size_t& next_at, IsOver is_over) {
  if (entries.size() < next_at)
    return;
  std::erase_if(entries, is_over);
  next_at = std::max(open_entries_min, 2 * entries.size());
}

} // namespace

// -- context_link -----------------------------------------------------------------------

context_link::context_link(context_id id, std::string name, std::string origin, caf::actor handle,
                           std::shared_ptr<const context_gauges> gauges, std::size_t pending_max)
  : id_(id), name_(std::move(name)), origin_(std::move(origin)), gauges_(std::move(gauges)),
    pending_max_(pending_max), handle_(std::move(handle)) {
}

error context_link::too_many_error() const {
  return {.code = errc::too_many_requests,
          .message = fmt::format(
            "context '{}' has {} requests that it has not begun with; more are refused", name_,
            pending_max_)};
}

/// Requests that were asked and not begun.
std::size_t context_link::pending() const {
  return gauges_
           ? static_cast<std::size_t>(asked_ - gauges_->begun.load(std::memory_order_relaxed))
           : 0;
}

context_stats context_link::stats() const {
  context_stats shown;
  if (!gauges_)
    return shown;
  std::lock_guard guard{mutex_};
  auto stops = gauges_->ledger->stops().read();
  auto microseconds = [](auto time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time);
  };
  shown.stops = stops.stops;
  shown.stop_latency_last = microseconds(stops.last);
  shown.stop_latency_max = microseconds(stops.longest);
  if (report_) {
    shown.cpu_time = report_->cpu_time;
  } else {
    shown.pending_requests = pending();
    shown.unresponsive = stops.unresponsive;
    shown.cpu_time = microseconds(gauges_->cpu_time());
  }
  return shown;
}

error context_link::closed_error(const exit_report& report) {
  // The request that broke it was told so; what comes after finds a context that
  // is closed.
  bool told = report.reason == errc::heap_limit_exceeded
              || report.reason == errc::cpu_budget_exceeded
              || report.reason == errc::spawn_failed;
  auto code = told ? errc::context_closed : report.reason;
  return {.code = code, .message = report.message};
}

void context_link::send(run_request request) {
  if (last_batch_ && last_batch_->add(request))
    return;
  std::vector<run_request> requests;
  requests.push_back(std::move(request));
  last_batch_ = std::make_shared<run_batch>(std::move(requests));
  caf::anon_send(handle_, run_requests{last_batch_});
}

void context_link::ask_to_close(bool drain) {
  std::lock_guard guard{mutex_};
  if (!report_)
    send(close_request{drain});
}

bool context_link::is_open(const open_request& entry) {
  return entry.receiver && !entry.receiver->answered();
}

void context_link::enter(request_id request, std::shared_ptr<reply_receiver> receiver) {
  look_through(open_, look_through_at_, [](const auto& entry) { return !is_open(entry); });
  // Threads that ask at once may come in another order than their numbers.
  auto place = open_.end();
  while (place != open_.begin() && std::prev(place)->request > request)
    --place;
  open_.insert(place, {request, std::move(receiver)});
}

std::shared_ptr<reply_receiver> context_link::take(request_id request) {
  std::lock_guard guard{mutex_};
  auto found = std::ranges::lower_bound(open_, request, {}, &open_request::request);
  if (found == open_.end() || found->request != request)
    return nullptr;
  return std::move(found->receiver);
}

void context_link::answer(request_id request, result<value> outcome) {
  if (auto receiver = take(request))
    receiver->receive(std::move(outcome));
}

void context_link::cancel(request_id request) {
  auto receiver = take(request);
  if (!receiver || receiver->answered()) // runs are answered past this link
    return;
  receiver->receive(error{.code = errc::cancelled, .message = "the request was cancelled"});
  std::lock_guard guard{mutex_};
  if (!report_)
    send(cancel_request{request});
}

void context_link::close(exit_report report) {
  std::vector<std::shared_ptr<reply_receiver>> open;
  decltype(on_exit_) watchers;
  decltype(last_batch_) unopened; // its requests refer to this link
  decltype(ports_) ports;
  decltype(loads_) loads;
  decltype(kept_) kept;
  {
    std::lock_guard guard{mutex_};
    if (report_)
      return;
    unopened.swap(last_batch_);
    for (auto& entry : open_)
      if (is_open(entry))
        open.push_back(std::move(entry.receiver));
    open_.clear();
    report.unanswered += open.size();
    report_ = report;
    handle_ = {};
    watchers.swap(on_exit_);
    ports.swap(ports_);
    loads.swap(loads_);
    kept.swap(kept_);
  }
  kept.reset(); // before anybody learns of the end
  for (auto& [load, open_one] : loads)
    open_one.port->cancel(load);
  auto why = closed_error(report);
  for (auto& receiver : open)
    receiver->receive(why);
  for (auto& watcher : watchers)
    watcher->receive(report);
}

void context_link::keep(std::shared_ptr<const void> what) {
  std::lock_guard guard{mutex_};
  if (!report_)
    kept_ = std::move(what);
}

void context_link::on_exit(std::shared_ptr<exit_receiver> receiver) {
  std::unique_lock guard{mutex_};
  if (!report_) {
    look_through(on_exit_, look_through_exits_at_, [](const auto& each) { return each->gone(); });
    on_exit_.push_back(std::move(receiver));
    return;
  }
  auto report = *report_;
  guard.unlock();
  receiver->receive(report);
}

std::uint64_t context_link::add_port(std::shared_ptr<loader_port> port) {
  std::lock_guard guard{mutex_};
  if (report_)
    return 0;
  ports_.emplace(++last_port_, std::move(port));
  return last_port_;
}

void context_link::remove_port(std::uint64_t id) {
  std::shared_ptr<loader_port> last;
  std::lock_guard guard{mutex_};
  if (auto found = ports_.find(id); found != ports_.end()) {
    last = std::move(found->second);
    ports_.erase(found);
  }
}

void context_link::load(load_request request) {
  std::shared_ptr<loader_port> port;
  {
    std::lock_guard guard{mutex_};
    auto known = ports_.find(request.port);
    if (report_ || known == ports_.end())
      return; // whoever wanted it has been answered
    port = known->second;
    loads_.insert_or_assign(request.load, open_load{request.linker, port});
  }
  port->load(request.load, std::move(request.fetches),
             [self = weak_from_this(), load = request.load](js::fetched_module module) {
               if (auto link = self.lock())
                 link->found(load, std::move(module));
             });
}

void context_link::found(js::load_id load, js::fetched_module module) {
  std::lock_guard guard{mutex_};
  auto open_one = loads_.find(load);
  if (open_one != loads_.end())
    send_to_scheduled(open_one->second.linker, module_found{std::move(module)});
}

void context_link::load_over(js::load_id load) {
  std::shared_ptr<loader_port> port;
  {
    std::lock_guard guard{mutex_};
    auto taken = loads_.extract(load);
    if (taken.empty())
      return;
    port = std::move(taken.mapped().port);
  }
  port->cancel(load);
}

void context_link::hand_watchers_to(context_link& heir) {
  decltype(on_exit_) watchers;
  {
    std::lock_guard guard{mutex_};
    watchers.swap(on_exit_);
  }
  for (auto& each : watchers)
    heir.on_exit(std::move(each));
}

bool context_link::closed() const {
  std::lock_guard guard{mutex_};
  return report_.has_value();
}

// -- client -----------------------------------------------------------------------------

struct client::state {
  struct pending_spawn {
    std::string name;
    std::string origin;
    std::shared_ptr<spawn_receiver> receiver;
    std::size_t pending_max = 0;
    std::shared_ptr<loader_port> loader{};
  };

  void deliver(caf::mailbox_element& element) {
    auto& content = element.payload;
    if (content.match_elements<reply>()) {
      auto& answer = content.get_mutable_as<reply>(0);
      if (auto link = find(answer.context))
        link->answer(answer.request, std::move(answer.outcome));
    } else if (content.match_elements<spawn_reply>()) {
      started(content.get_mutable_as<spawn_reply>(0));
    } else if (content.match_elements<context_down>()) {
      ended(content.get_as<context_down>(0));
    } else if (content.match_elements<load_request>()) {
      auto& request = content.get_mutable_as<load_request>(0);
      if (auto link = find(request.context))
        link->load(std::move(request));
    } else if (content.match_elements<load_over>()) {
      const auto& over = content.get_as<load_over>(0);
      if (auto link = find(over.context))
        link->load_over(over.load);
    }
  }

  [[nodiscard]] std::shared_ptr<context_link> find(context_id id) const {
    std::shared_lock guard{mutex};
    auto found = links.find(id);
    return found == links.end() ? nullptr : found->second;
  }

  void started(spawn_reply& what) {
    pending_spawn waiting;
    std::shared_ptr<context_link> link;
    {
      std::lock_guard guard{mutex};
      auto found = spawns.find(what.request);
      if (found == spawns.end())
        return;
      waiting = std::move(found->second);
      spawns.erase(found);
      if (what.failure.empty()) {
        link = std::make_shared<context_link>(what.context, std::move(waiting.name),
                                              std::move(waiting.origin), what.handle, what.gauges,
                                              waiting.pending_max);
        if (waiting.loader)
          static_cast<void>(link->add_port(std::move(waiting.loader)));
        links.emplace(what.context, link);
      }
    }
    if (link)
      waiting.receiver->receive(std::move(link));
    else
      waiting.receiver->receive(std::move(what.failure.front()));
  }

  void ended(const context_down& farewell) {
    std::shared_ptr<context_link> link;
    {
      std::lock_guard guard{mutex};
      if (auto found = links.find(farewell.context); found != links.end()) {
        link = std::move(found->second);
        links.erase(found);
      }
    }
    if (link)
      link->close(farewell.report);
  }

  mutable std::shared_mutex mutex;
  // Guarded by mutex.
  std::unordered_map<context_id, std::shared_ptr<context_link>> links;
  std::unordered_map<request_id, pending_spawn> spawns;
  std::shared_ptr<context_roster> roster; // as the supervisor
  caf::actor supervisor;                  // until spawns are refused
  bool refuses_spawns = false;
  bool closed = false;
};

client::client(caf::actor_system& system) : system_(system), state_(std::make_shared<state>()) {
  self_ = system.spawn<caf::actor_companion>();
  caf::actor_cast<caf::actor_companion*>(self_)->on_enqueue(
    [shared = state_](caf::mailbox_element_ptr element) { shared->deliver(*element); });
}

client::~client() {
  close();
}

void client::use(std::shared_ptr<context_roster> roster, caf::actor supervisor) {
  std::lock_guard guard{state_->mutex};
  state_->roster = std::move(roster);
  state_->supervisor = std::move(supervisor);
}

void client::refuse_spawns() {
  decltype(state_->spawns) spawns;
  decltype(state_->roster) roster;
  caf::actor last;
  {
    std::lock_guard guard{state_->mutex};
    state_->refuses_spawns = true;
    spawns.swap(state_->spawns);
    roster = std::move(state_->roster);
    last = std::move(state_->supervisor);
  }
  for (auto& [request, waiting] : spawns)
    waiting.receiver->receive(
      error{.code = errc::runtime_closed, .message = "the runtime is shutting down"});
}

void client::spawn(context_options options, bool internal, std::shared_ptr<const void> identity,
                   std::shared_ptr<loader_port> loader,
                   std::shared_ptr<spawn_receiver> receiver) {
  auto request = next_request();
  auto context = ++last_context_;
  if (options.name.empty())
    options.name = fmt::format("VM Context {}", context);
  std::shared_ptr<context_roster> roster;
  caf::actor supervisor;
  {
    std::unique_lock guard{state_->mutex};
    if (state_->refuses_spawns) {
      guard.unlock();
      receiver->receive(error{.code = errc::runtime_closed, .message = "the runtime is gone"});
      return;
    }
    state_->spawns.emplace(request,
                           state::pending_spawn{options.name, options.origin, std::move(receiver),
                                                options.pending_requests_max, loader});
    roster = state_->roster;
    supervisor = state_->supervisor;
  }
  js::module_port port;
  if (loader)
    port = {first_port, std::move(loader)};
  spawn_request asked{
    request, context, std::move(options), self_, internal, std::move(identity), std::move(port)};
  if (!roster->may_start_here()) {
    send_to_scheduled(supervisor, std::move(asked));
    return;
  }
  if (auto started = roster->start(std::move(asked), supervisor); !started) {
    spawn_reply refusal{request, context, {}, {std::move(started).error()}};
    state_->started(refusal);
  }
}

void client::close() {
  refuse_spawns();
  decltype(state_->links) links;
  {
    std::lock_guard guard{state_->mutex};
    if (std::exchange(state_->closed, true))
      return;
    links.swap(state_->links);
  }
  for (auto& [id, link] : links)
    link->close({.name = link->name(),
                 .reason = errc::runtime_closed,
                 .message = "the runtime is shutting down"});
  caf::scoped_execution_unit unit{&system_};
  auto& companion = *caf::actor_cast<caf::actor_companion*>(self_);
  static_cast<caf::scheduled_actor&>(companion).on_exit();
  companion.cleanup(caf::make_error(caf::exit_reason::user_shutdown), &unit);
  self_ = {}; // the actor system may end before this object
}

} // namespace troupe::actors

#include "actors/watchdog_actor.hpp"

#include "actors/context_actor.hpp"
#include "actors/scheduled.hpp"
#include "actors/sigint_trap.hpp"
#include "runtime/environment.hpp"
#include "runtime/thread_role.hpp"

#include <caf/behavior.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <latch>

namespace troupe::actors {

namespace {

/// A hundred scripts that never end must not keep the one thread that stops them
/// waiting for a core. Where the process may have it (CAP_SYS_NICE, or a limit on
/// RLIMIT_RTPRIO), the lowest real-time priority: what the thread does takes
/// microseconds. Elsewhere short slices, which come sooner and which Linux 6.12
/// and later grant to anybody (sched(7), `sched_runtime` of SCHED_OTHER).
void ask_to_come_first() {
  sched_param lowest{.sched_priority = ::sched_get_priority_min(SCHED_FIFO)};
  if (::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) == 0)
    return;
  constexpr std::uint64_t shortest_ns = 100'000;
  // As in linux/sched/types.h, whose name clashes with that of C libraries.
  struct {
    std::uint32_t size = 56;
    std::uint32_t policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = ::getpriority(PRIO_PROCESS, 0);
    std::uint32_t priority = 0;
    std::uint64_t runtime = shortest_ns;
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
    std::uint32_t util_min = 0;
    std::uint32_t util_max = 0;
  } wish;
  ::syscall(SYS_sched_setattr, 0, &wish, 0);
}

} // namespace

watchdog_actor::watchdog_actor(caf::actor_system& system, std::shared_ptr<watch_list> contexts)
  : contexts_(std::move(contexts)) {
  std::latch ready{1};
  thread_ = std::thread{[this, &system, &ready] {
    loop_ = std::make_unique<js::event_loop>();
    box_ = std::make_shared<mailbox>(loop_->waker());
    self_ = make_companion(system, box_);
    auto* here = &system;
    ready.count_down(); // after this, `ready` is gone
    main(*here);
  }};
  ready.wait();
}

watchdog_actor::~watchdog_actor() {
  caf::anon_send_exit(self_, caf::exit_reason::user_shutdown);
  thread_.join();
}

void watchdog_actor::main(caf::actor_system& system) {
  pthread_setname_np(pthread_self(), "troupe-watchdog");
  js::current_thread_role() = js::thread_role::actors;
  ask_to_come_first();
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  caf::scoped_execution_unit unit{&system};
  companion_of(self_).become([this](const deadline_request& request) {
    deadlines_.add(request.context, js::steady_time{std::chrono::nanoseconds{request.at}});
  });
  int signals = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  bool hears_sigint = signals >= 0 && loop_->watch_readable(signals, [&] {
    eventfd_t count = 0;
    ::eventfd_read(signals, &count);
    interrupt();
  }) && sigint_trap::subscribe(signals);
  loop_->run([&] { return process(unit); });
  end_companion(self_, *box_, unit, caf::make_error(caf::exit_reason::user_shutdown));
  if (hears_sigint)
    sigint_trap::unsubscribe(signals);
  loop_.reset();
  if (signals >= 0)
    ::close(signals);
}

bool watchdog_actor::process(caf::scoped_execution_unit& unit) {
  bool worked = box_->take(batch_);
  for (auto& element : batch_) {
    if (element->content().match_elements<caf::exit_msg>()) {
      loop_->stop();
      break;
    }
    companion_of(self_).activate(&unit, *element);
  }
  batch_.clear();
  for (auto id : deadlines_.take_due(std::chrono::steady_clock::now()))
    look(id, unit);
  if (auto next = deadlines_.next(); next != timer_at_) {
    loop_->cancel_timer(timer_);
    timer_at_ = next;
    if (next != js::never) {
      auto delay =
        std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
      timer_ = loop_->start_timer(std::max(delay, std::chrono::milliseconds{0}), {},
                                  [this] { timer_at_ = js::never; });
    }
  }
  return worked;
}

void watchdog_actor::look(context_id id, caf::scoped_execution_unit& unit) {
  auto looking = contexts_->looking();
  auto context = contexts_->find(id);
  if (!context)
    return;
  auto due = context->ledger->expire(std::chrono::steady_clock::now());
  if (due.next != js::never)
    deadlines_.add(id, due.next);
  for (const auto& late : due.answer)
    answer(*context, late.request, context->texts(late));
  looking.unlock();
  if (due.unresponsive)
    context->hooks->on_unresponsive(
      {.context = context->name,
       .stopped = false,
       .waited = std::chrono::duration_cast<std::chrono::microseconds>(*due.unresponsive)});
  if (due.spent)
    caf::anon_send(context->context, close_request{false, errc::cpu_budget_exceeded});
  if (due.give_up)
    give_up(*context, unit);
}

/// Says the last word in the place of a context whose thread is inside V8 and
/// will, should it ever come back, do nothing any more.
void watchdog_actor::give_up(const watched_context& context, caf::scoped_execution_unit& unit) {
  contexts_->remove(context.id);
  end_companion(context.context, *context.box, unit,
                caf::make_error(caf::exit_reason::user_shutdown));
  exit_report report;
  report.name = context.name;
  report.reason = errc::context_lost;
  report.message = fmt::format("context '{}' was told to end and did not: it is inside one long "
                               "call of V8 or of the host",
                               context.name);
  auto stops = context.ledger->stops().read();
  report.stops = stops.stops;
  report.stop_latency_last = std::chrono::duration_cast<std::chrono::microseconds>(stops.last);
  report.stop_latency_max = std::chrono::duration_cast<std::chrono::microseconds>(stops.longest);
  send_to_scheduled(context.supervisor, context_down{context.id, std::move(report), true});
}

void watchdog_actor::interrupt() {
  auto looking = contexts_->looking();
  for (const auto& context : contexts_->all()) {
    for (auto request : context.ledger->interrupt())
      answer(context, request, js::interrupted_error());
    if (auto next = context.ledger->next_look(); next != js::never)
      deadlines_.add(context.id, next);
  }
}

void watchdog_actor::answer(const watched_context& context, request_id request, error why) {
  // In this order: what the owner asks next comes after the request is dropped.
  caf::anon_send(context.context, abandon_request{request});
  caf::anon_send(context.owner, reply{context.id, request, std::move(why)});
}

} // namespace troupe::actors

#include "actors/watchdog_actor.hpp"

#include "actors/sigint_trap.hpp"
#include "runtime/environment.hpp"
#include "runtime/thread_role.hpp"

#include <caf/behavior.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <latch>

namespace troupe::actors {

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
    look(id);
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

void watchdog_actor::look(context_id id) {
  auto looking = contexts_->looking();
  auto context = contexts_->find(id);
  if (!context)
    return;
  auto [requests, next] = context->ledger->expire(std::chrono::steady_clock::now());
  if (next != js::never)
    deadlines_.add(id, next);
  for (const auto& late : requests)
    answer(*context, late.request, js::overdue_error(late));
}

void watchdog_actor::interrupt() {
  auto looking = contexts_->looking();
  for (const auto& context : contexts_->all())
    for (auto request : context.ledger->interrupt())
      answer(context, request, js::interrupted_error());
}

void watchdog_actor::answer(const watched_context& context, request_id request, error why) {
  // In this order: what the owner asks next comes after the request is dropped.
  caf::anon_send(context.context, abandon_request{request});
  caf::anon_send(context.owner, reply{context.id, request, std::move(why)});
}

} // namespace troupe::actors

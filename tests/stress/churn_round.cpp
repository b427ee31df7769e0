#include "tests/stress/churn_round.hpp"

#include "tests/support/patience.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace troupe::testing {

namespace {

/// How a context of a round ends.
enum class fate : std::uint8_t {
  awaited,      ///< All answers are there before it is closed by drain.
  drained,      ///< It is closed by drain right after the last request.
  closed,       ///< It is closed at once, in the middle of what it does.
  drain_broken, ///< The same while it drains.
  dropped,      ///< So is its handle.
};

/// What becomes of the future of a run.
enum class use : std::uint8_t { get, then, then_cancel, cancel, cancel_late, drop };

} // namespace

struct churn_round::member {
  explicit member(fate wished) : end(wished) {
  }

  [[nodiscard]] bool ends_at_once() const noexcept {
    return end == fate::closed || end == fate::drain_broken || end == fate::dropped;
  }

  struct waited_for {
    future<value> answer;
    std::shared_ptr<kept_answer> record;
    bool cancel = false; ///< Before it is waited for.
  };

  fate end;
  future<context> spawned;
  context ctx;
  future<exit_report> exited;
  std::vector<waited_for> futures;
  std::vector<std::shared_ptr<kept_answer>> answers; // those with a continuation as well
  std::size_t tasks = 0;
  std::size_t stoppable = 0; ///< Those that a limit or a cancellation may stop.
  bool hungry = false;
};

churn_round::churn_round(std::uint64_t seed, tally& counted) : random_(seed), tally_(counted) {
}

churn_round::~churn_round() = default;

void churn_round::begin(runtime& where) {
  for (auto count = 1 + random_.below(4); count != 0; --count) {
    members_.push_back(std::make_unique<member>(static_cast<fate>(random_.below(5))));
    members_.back()->spawned = where.spawn(options_for_tasks());
  }
  if (random_.one_in(10))
    static_cast<void>(where.spawn(options_for_tasks())); // nobody takes it: it ends by itself
  for (auto& each : members_) {
    if (!each->spawned.wait_for(patience)) {
      faults_.emplace_back("a spawn was not answered");
      continue;
    }
    auto spawned = each->spawned.get();
    if (!spawned) {
      faults_.push_back("a spawn failed: " + spawned.error().to_string());
      continue;
    }
    each->ctx = *std::move(spawned);
    each->exited = each->ctx.exited();
    each->hungry = random_.one_in(25);
    for (auto count = random_.below(7); count != 0; --count)
      add_task(*each);
  }
}

void churn_round::add_task(member& to) {
  auto how = static_cast<use>(random_.below(6));
  bool cancelled = how == use::then_cancel || how == use::cancel || how == use::cancel_late;
  auto what = task::any(random_, ++last_number_,
                        {.endless = cancelled || to.ends_at_once(), .hungry = to.hungry});
  ++to.tasks;
  to.stoppable += what.stoppable || cancelled ? 1 : 0;
  auto answer = to.ctx.run(what.source, what.how);
  if (how == use::drop)
    return;
  auto record = std::make_shared<kept_answer>(std::move(what), cancelled);
  to.answers.push_back(record);
  if (how == use::then || how == use::then_cancel) {
    ++tally_.continuations;
    auto next = answer.then([record, &counted = tally_](result<value> outcome) {
      record->receive(outcome);
      ++counted.calls;
    });
    if (how == use::then_cancel)
      next.cancel();
    return;
  }
  if (how == use::cancel)
    answer.cancel();
  to.futures.push_back({std::move(answer), std::move(record), how == use::cancel_late});
}

void churn_round::finish() {
  for (auto& each : members_)
    if (each->exited.valid())
      end(*each);
  for (auto& each : members_) {
    if (!each->exited.valid())
      continue; // was not spawned
    collect(*each);
    if (each->end == fate::awaited)
      static_cast<void>(each->ctx.close(close_mode::drain));
    check_report(*each);
  }
}

void churn_round::finish_without_runtime() {
  for (auto& each : members_) {
    if (!each->exited.valid())
      continue;
    for (auto& kept : each->answers) {
      kept->allow(errc::context_closed);
      kept->allow(errc::runtime_closed);
    }
    for (auto& kept : each->futures)
      if (!kept.answer.ready())
        faults_.emplace_back("a run was not answered when its runtime ended");
    if (!each->exited.ready())
      faults_.emplace_back("a context has not told its end when its runtime ended");
    if (each->ctx.alive())
      faults_.emplace_back("a context seems alive although its runtime has ended");
    collect(*each);
    static_cast<void>(each->exited.get());
  }
}

void churn_round::end(member& which) {
  if (which.end == fate::drained || which.end == fate::drain_broken)
    static_cast<void>(which.ctx.close(close_mode::drain));
  if (which.ends_at_once() || random_.one_in(2))
    doze();
  cancel_late_ones(which);
  if (which.end == fate::closed || which.end == fate::drain_broken)
    static_cast<void>(which.ctx.close(close_mode::now));
  if (which.end == fate::dropped)
    which.ctx = {};
}

void churn_round::cancel_late_ones(member& of) {
  for (auto& each : of.futures)
    if (each.cancel)
      each.answer.cancel();
}

void churn_round::collect(member& of) {
  cancel_late_ones(of);
  while (!of.futures.empty()) {
    auto picked =
      of.futures.begin() + static_cast<std::ptrdiff_t>(random_.below(of.futures.size()));
    if (picked->answer.wait_for(patience))
      picked->record->receive(picked->answer.get());
    of.futures.erase(picked);
  }
  for (auto& each : of.answers) {
    const auto& asked = each->asked();
    if (of.ends_at_once() || of.hungry)
      each->allow(errc::context_closed);
    if (asked.waits && of.stoppable > (asked.stoppable || each->cancelled() ? 1 : 0))
      each->allow(errc::evaluation_lost);
    if (auto fault = each->fault(); !fault.empty())
      faults_.push_back(std::move(fault));
  }
}

void churn_round::check_report(member& of) {
  if (!of.exited.wait_for(patience)) {
    faults_.emplace_back("a context has not told its end");
    return;
  }
  auto told = of.exited.get();
  if (!told) {
    faults_.push_back("a context ended without a report: " + told.error().to_string());
    return;
  }
  if (told->reason != errc::context_closed
      && !(of.hungry && told->reason == errc::heap_limit_exceeded))
    faults_.push_back("a context cannot end like this: " + told->message);
  if (told->runs > of.tasks)
    faults_.push_back("a context started " + std::to_string(told->runs) + " runs of "
                      + std::to_string(of.tasks));
  if (told->unanswered != 0 && !of.ends_at_once() && !of.hungry)
    faults_.push_back("a context that drained left " + std::to_string(told->unanswered)
                      + " requests unanswered");
}

void churn_round::doze() {
  std::this_thread::sleep_for(std::chrono::microseconds{random_.below(4000)});
}

} // namespace troupe::testing

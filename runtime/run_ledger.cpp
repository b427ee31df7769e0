#include "runtime/run_ledger.hpp"

#include <algorithm>
#include <utility>

namespace troupe::js {

namespace {

// A function of the host may take its time; then it is looked at again.
constexpr auto host_call_patience = std::chrono::milliseconds{20};

// Looking at a thread's CPU clock more often than this would gain nothing.
constexpr auto cpu_look_min = std::chrono::milliseconds{1};

/// A limit as what can be added to a clock: a hundred years are as good as none.
std::chrono::nanoseconds countable(std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds most = std::chrono::hours{24 * 36500};
  return std::min(limit, most);
}

steady_time cpu_look_at(steady_time now, std::chrono::nanoseconds left) {
  return later(now, std::max<std::chrono::nanoseconds>(left, cpu_look_min));
}

} // namespace

run_ledger::run_ledger(isolate_brake brake, ledger_options options)
  : cpu_used_(std::move(options.cpu_used)), stops_(options.unresponsive_after),
    brake_(std::move(brake)) {
}

// -- isolate thread -----------------------------------------------------------------

run_ledger::entered run_ledger::enter(const turn& begun, steady_time now) {
  std::lock_guard guard{mutex_};
  if (begun.request != 0 && !cancelled_.empty() && cancelled_.erase(begun.request) != 0)
    return {.refused = stop_reason::cancel};
  if (closed_)
    return {.refused = stop_reason::close};
  frames_.push_back({++last_turn_, begun});
  auto look = begun.deadline;
  if (begun.cpu_time.count() != 0 && cpu_used_) {
    start_cpu_clock(frames_.back(), now);
    look = std::min(look, frames_.back().cpu_look);
  }
  if (budget_end_ != nanoseconds::max()) {
    budget_look_ = std::min(budget_look_, cpu_look_at(now, budget_left_));
    look = std::min(look, budget_look_);
  }
  return {.id = last_turn_, .arm = arm(look)};
}

void run_ledger::limit_cpu(std::chrono::milliseconds budget) {
  std::lock_guard guard{mutex_};
  if (!cpu_used_)
    return;
  budget_left_ = countable(budget);
  budget_end_ = cpu_used_() + budget_left_;
}

run_ledger::departure run_ledger::leave(turn_id id, steady_time now) {
  std::lock_guard guard{mutex_};
  if (frames_.empty() || frames_.back().id != id)
    return {};
  stop_cpu_clock(frames_.back());
  departure result{.stopped = frames_.back().stopped};
  frames_.pop_back();
  if (!result.stopped)
    return result;
  bool outer_stops = std::ranges::any_of(frames_, [](auto& f) { return f.stopped.has_value(); });
  stopping_.store(outer_stops, std::memory_order_release);
  if (outer_stops)
    return result;
  if (brake_.release)
    brake_.release();
  insisted_ = false;
  result.responsive_after = stops_.stop(now);
  return result;
}

void run_ledger::hold(turn_id id, std::shared_ptr<sigint_hold> sigint) {
  std::lock_guard guard{mutex_};
  auto found = std::ranges::find(frames_, id, &open_turn::id);
  if (found == frames_.end())
    return;
  // What is to stop already has no business with the next signal.
  if (found->stopped && sigint)
    sigint->end();
  found->run.sigint = std::move(sigint);
}

std::optional<steady_time> run_ledger::await(const turn& waiting) {
  std::lock_guard guard{mutex_};
  forget(waiting.request);
  auto due =
    waiting.deadline == never ? due_.end() : due_.emplace(waiting.deadline, waiting.request);
  waiting_.emplace(waiting.request, evaluation{waiting, due, countable(waiting.cpu_time)});
  return arm(waiting.deadline);
}

bool run_ledger::settle(request_id request) {
  std::lock_guard guard{mutex_};
  return forget(request);
}

// -- any thread -----------------------------------------------------------------------

run_ledger::expiry run_ledger::expire(steady_time now) {
  std::lock_guard guard{mutex_};
  expiry result;
  auto stop_turn = [&](open_turn& target, stop_reason why) {
    if (stop_and_answer(target, why, now))
      result.answer.push_back({target.run.request, target.run.timeout, why});
  };
  for (auto& frame : frames_) {
    if (frame.run.deadline > now)
      continue;
    if (!frame.in_grace) {
      stop_turn(frame, stop_reason::timeout);
    } else if (may_run_others(frame)) {
      stop_turn(frame, stop_reason::neighbour);
    } else {
      frame.run.deadline = never;
      frame.in_grace = false;
    }
  }
  while (!due_.empty() && due_.begin()->first <= now) {
    auto request = due_.begin()->second;
    result.answer.push_back({request, waiting_.at(request).run.timeout});
    forget(request);
    // Its continuation may be what keeps the isolate busy: stop the turn if it
    // is the request's own, or, when nothing else would end it, one in which the
    // continuations of others run on and on.
    if (frames_.empty())
      continue;
    auto& outermost = frames_.front();
    if (outermost.run.request == request)
      stop_and_answer(outermost, stop_reason::timeout, now); // answered above
    else if (outermost.run.deadline == never && may_run_others(outermost)) {
      outermost.run.deadline = now + neighbour_grace;
      outermost.in_grace = true;
    }
  }
  look_at_cpu(now, result);
  look_at_stops(now, result);
  if (give_up_at_ <= now && !frames_.empty() && !given_up_.load()) {
    // One of both sees the other's mark: this thread, or the isolate's in `enter_host`.
    given_up_.store(true);
    if (!in_host_.load()) {
      end_holds(); // its thread will not
      result.give_up = true;
    } else {
      given_up_.store(false);
      give_up_at_ = now + host_call_patience;
    }
  }
  armed_for_ = next_deadline();
  result.next = armed_for_;
  return result;
}

std::vector<request_id> run_ledger::interrupt(steady_time now) {
  std::lock_guard guard{mutex_};
  std::vector<request_id> answer;
  auto hit = [](const turn& run) { return run.sigint && run.sigint->fired(); };
  for (auto& frame : frames_)
    if (hit(frame.run) && stop_and_answer(frame, stop_reason::interrupt, now))
      answer.push_back(frame.run.request);
  auto first_waiting = answer.size();
  for (auto& [request, waiting] : waiting_)
    if (hit(waiting.run))
      answer.push_back(request);
  for (auto i = first_waiting; i < answer.size(); ++i) {
    forget(answer[i]);
    // One of its callbacks may be what runs now.
    for (auto& frame : frames_)
      if (frame.run.request == answer[i])
        stop_and_answer(frame, stop_reason::interrupt, now);
  }
  return answer;
}

std::optional<steady_time> run_ledger::cancel(request_id request, steady_time now) {
  std::lock_guard guard{mutex_};
  bool waited = forget(request);
  auto found = std::ranges::find(frames_, request, [](auto& f) { return f.run.request; });
  if (found != frames_.end())
    stop_and_answer(*found, stop_reason::cancel, now);
  else if (!waited)
    cancelled_.insert(request);
  return arm(next_deadline());
}

void run_ledger::withdraw(request_id request) {
  std::lock_guard guard{mutex_};
  cancelled_.erase(request);
}

std::optional<steady_time> run_ledger::stop_all(stop_reason reason, steady_time now) {
  std::lock_guard guard{mutex_};
  stop_stack(reason, now);
  return arm(next_deadline());
}

std::optional<steady_time> run_ledger::close(steady_time give_up_at, steady_time now) {
  std::lock_guard guard{mutex_};
  closed_ = true;
  give_up_at_ = std::min(give_up_at_, give_up_at);
  stop_stack(stop_reason::close, now);
  auto look = next_deadline();
  armed_for_ = std::min(armed_for_, look);
  return look == never ? std::nullopt : std::optional{look};
}

steady_time run_ledger::next_look() const {
  std::lock_guard guard{mutex_};
  return next_deadline();
}

void run_ledger::retire() {
  std::lock_guard guard{mutex_};
  brake_ = {};
  end_holds();
}

// -- private ------------------------------------------------------------------------

void run_ledger::end_holds() {
  for (auto& frame : frames_)
    if (frame.run.sigint)
      frame.run.sigint->end();
  for (auto& [request, waiting] : waiting_)
    if (waiting.run.sigint)
      waiting.run.sigint->end();
}

bool run_ledger::may_run_others(const open_turn& which) const {
  return which.run.request == 0 || draining_.load(std::memory_order_relaxed);
}

void run_ledger::stop_stack(stop_reason reason, steady_time now) {
  for (auto& frame : frames_)
    stop(frame, reason, now);
}

void run_ledger::start_cpu_clock(open_turn& begun, steady_time now) {
  auto waiting = waiting_.find(begun.run.request);
  auto left =
    waiting == waiting_.end() ? countable(begun.run.cpu_time) : waiting->second.cpu_left;
  begun.cpu_until = cpu_used_() + left;
  begun.cpu_look = cpu_look_at(now, left);
}

/// What the request has used up is not there for its next turn.
void run_ledger::stop_cpu_clock(const open_turn& ended) {
  if (ended.cpu_until == nanoseconds::max())
    return;
  auto waiting = waiting_.find(ended.run.request);
  if (waiting != waiting_.end())
    waiting->second.cpu_left = std::max(nanoseconds{0}, ended.cpu_until - cpu_used_());
}

void run_ledger::look_at_cpu(steady_time now, expiry& result) {
  auto due = [now](const open_turn& frame) { return !frame.stopped && frame.cpu_look <= now; };
  bool frames_due = std::ranges::any_of(frames_, due);
  if (!frames_due && budget_look_ > now)
    return;
  auto used = cpu_used_();
  for (auto& frame : frames_) {
    if (!due(frame))
      continue;
    if (used < frame.cpu_until)
      frame.cpu_look = cpu_look_at(now, frame.cpu_until - used);
    else if (stop_and_answer(frame, stop_reason::cpu_time, now))
      result.answer.push_back({frame.run.request, frame.run.cpu_time, stop_reason::cpu_time});
  }
  if (budget_end_ == nanoseconds::max() || spent_)
    return;
  budget_left_ = budget_end_ - used;
  // Whoever enters next looks again.
  budget_look_ = frames_.empty() ? never : cpu_look_at(now, budget_left_);
  if (budget_left_.count() > 0)
    return;
  spent_ = true;
  closed_ = true;
  budget_look_ = never;
  result.spent = true;
  for (auto& frame : frames_)
    if (stop_and_answer(frame, stop_reason::cpu_budget, now))
      result.answer.push_back({frame.run.request, {}, stop_reason::cpu_budget});
}

void run_ledger::look_at_stops(steady_time now, expiry& result) {
  auto asked = stops_.asked();
  if (!asked)
    return;
  if (later(*asked, answer_after) <= now)
    for (auto& frame : frames_)
      if (waits_for_answer(frame)) {
        frame.answered = true;
        result.answer.push_back({frame.run.request, frame.run.timeout, *frame.stopped});
      }
  if (brake_.insist && !insisted_ && later(*asked, insist_after) <= now) {
    insisted_ = true;
    brake_.insist();
  }
  result.unresponsive = stops_.overdue(now);
}

/// @returns whether the frame was not stopped before and somebody waits for it.
bool run_ledger::stop(open_turn& target, stop_reason reason, steady_time now) {
  if (target.stopped)
    return false;
  target.stopped = reason;
  if (target.run.sigint)
    target.run.sigint->end();
  stopping_.store(true, std::memory_order_release);
  stops_.ask(now);
  if (brake_.stop)
    brake_.stop();
  if (target.run.request == 0)
    return false;
  forget(target.run.request);
  return true;
}

bool run_ledger::stop_and_answer(open_turn& target, stop_reason reason, steady_time now) {
  bool somebody_waits = stop(target, reason, now);
  if (somebody_waits)
    target.answered = true;
  return somebody_waits;
}

bool run_ledger::waits_for_answer(const open_turn& frame) {
  return (frame.stopped == stop_reason::heap_limit || frame.stopped == stop_reason::output_limit)
         && !frame.answered && frame.run.request != 0;
}

bool run_ledger::forget(request_id request) {
  auto found = waiting_.find(request);
  if (found == waiting_.end())
    return false;
  if (found->second.run.sigint)
    found->second.run.sigint->end();
  if (found->second.due != due_.end())
    due_.erase(found->second.due);
  waiting_.erase(found);
  return true;
}

steady_time run_ledger::next_deadline() const {
  auto next = due_.empty() ? never : due_.begin()->first;
  for (const auto& frame : frames_)
    if (!frame.stopped)
      next = std::min({next, frame.run.deadline, frame.cpu_look});
  if (!frames_.empty() && !given_up_.load())
    next = std::min(next, give_up_at_);
  next = std::min(next, budget_look_);
  if (auto asked = stops_.asked(); asked && !given_up_.load()) {
    if (std::ranges::any_of(frames_, &waits_for_answer))
      next = std::min(next, later(*asked, answer_after));
    if (brake_.insist && !insisted_)
      next = std::min(next, later(*asked, insist_after));
    if (auto until = stops_.patient_until())
      next = std::min(next, *until);
  }
  return next;
}

std::optional<steady_time> run_ledger::arm(steady_time deadline) {
  if (deadline >= armed_for_)
    return std::nullopt;
  armed_for_ = deadline;
  return deadline;
}

} // namespace troupe::js

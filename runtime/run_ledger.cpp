#include "runtime/run_ledger.hpp"

#include <algorithm>
#include <utility>

namespace troupe::js {

namespace {

// A function of the host may take its time; then it is looked at again.
constexpr auto host_call_patience = std::chrono::milliseconds{20};

} // namespace

run_ledger::run_ledger(isolate_brake brake) : brake_(std::move(brake)) {
}

// -- isolate thread -----------------------------------------------------------------

run_ledger::entered run_ledger::enter(const turn& begun) {
  std::lock_guard guard{mutex_};
  if (begun.request != 0 && !cancelled_.empty() && cancelled_.erase(begun.request) != 0)
    return {.refused = stop_reason::cancel};
  if (closed_)
    return {.refused = stop_reason::close};
  frames_.push_back({++last_turn_, begun});
  return {.id = last_turn_, .arm = arm(begun.deadline)};
}

std::optional<stop_reason> run_ledger::leave(turn_id id) {
  std::lock_guard guard{mutex_};
  if (frames_.empty() || frames_.back().id != id)
    return std::nullopt;
  auto stopped = frames_.back().stopped;
  frames_.pop_back();
  if (!stopped)
    return stopped;
  bool outer_stops = std::ranges::any_of(frames_, [](auto& f) { return f.stopped.has_value(); });
  stopping_.store(outer_stops, std::memory_order_release);
  if (!outer_stops && brake_.release)
    brake_.release();
  return stopped;
}

std::optional<steady_time> run_ledger::await(const turn& waiting) {
  std::lock_guard guard{mutex_};
  forget(waiting.request);
  auto due =
    waiting.deadline == never ? due_.end() : due_.emplace(waiting.deadline, waiting.request);
  waiting_.emplace(waiting.request, evaluation{waiting, due});
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
    if (stop(target, why))
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
      stop(outermost, stop_reason::timeout); // answered above
    else if (outermost.run.deadline == never && may_run_others(outermost)) {
      outermost.run.deadline = now + neighbour_grace;
      outermost.in_grace = true;
    }
  }
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

std::vector<request_id> run_ledger::interrupt() {
  std::lock_guard guard{mutex_};
  std::vector<request_id> answer;
  auto hit = [](const turn& run) { return run.sigint && run.sigint->fired(); };
  for (auto& frame : frames_)
    if (hit(frame.run) && stop(frame, stop_reason::interrupt))
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
        stop(frame, stop_reason::interrupt);
  }
  return answer;
}

void run_ledger::cancel(request_id request) {
  std::lock_guard guard{mutex_};
  bool waited = forget(request);
  auto found = std::ranges::find(frames_, request, [](auto& f) { return f.run.request; });
  if (found != frames_.end())
    stop(*found, stop_reason::cancel);
  else if (!waited)
    cancelled_.insert(request);
}

void run_ledger::withdraw(request_id request) {
  std::lock_guard guard{mutex_};
  cancelled_.erase(request);
}

void run_ledger::stop_all(stop_reason reason) {
  std::lock_guard guard{mutex_};
  stop_stack(reason);
}

void run_ledger::close(steady_time give_up_at) {
  std::lock_guard guard{mutex_};
  closed_ = true;
  give_up_at_ = std::min(give_up_at_, give_up_at);
  stop_stack(stop_reason::close);
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

void run_ledger::stop_stack(stop_reason reason) {
  for (auto& frame : frames_)
    stop(frame, reason);
}

/// @returns whether the frame was not stopped before and somebody waits for it.
bool run_ledger::stop(open_turn& target, stop_reason reason) {
  if (target.stopped)
    return false;
  target.stopped = reason;
  if (target.run.sigint)
    target.run.sigint->end();
  stopping_.store(true, std::memory_order_release);
  if (brake_.stop)
    brake_.stop();
  if (target.run.request == 0)
    return false;
  forget(target.run.request);
  return true;
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
      next = std::min(next, frame.run.deadline);
  if (!frames_.empty() && !given_up_.load())
    next = std::min(next, give_up_at_);
  return next;
}

std::optional<steady_time> run_ledger::arm(steady_time deadline) {
  if (deadline >= armed_for_)
    return std::nullopt;
  armed_for_ = deadline;
  return deadline;
}

} // namespace troupe::js

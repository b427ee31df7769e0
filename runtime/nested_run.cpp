#include "runtime/nested_run.hpp"

#include <utility>

namespace troupe::js {

nested_run::nested_run(run_surroundings& around, const limits& wanted)
  : around_(around), outer_(around.innermost) {
  if (wanted.timeout.count() <= 0 && !wanted.break_on_sigint)
    return;
  if (wanted.break_on_sigint) {
    sigint_ = around_.hold_sigint();
    suspend_outer();
  }
  auto deadline =
    wanted.timeout.count() > 0 ? later(std::chrono::steady_clock::now(), wanted.timeout) : never;
  auto begun = around_.ledger->enter(
    {.request = 0, .deadline = deadline, .timeout = wanted.timeout, .sigint = sigint_});
  if (begun.refused) {
    refused_ = true;
    return;
  }
  id_ = begun.id;
  around_.innermost = this;
  if (begun.arm)
    around_.arm(*begun.arm);
}

nested_run::~nested_run() {
  static_cast<void>(leave());
}

nested_run::ending nested_run::leave() {
  auto& ledger = *around_.ledger;
  std::optional<stop_reason> stopped;
  if (id_ != 0) {
    around_.innermost = outer_;
    auto now = ledger.stopping() ? std::chrono::steady_clock::now() : steady_time{};
    stopped = ledger.leave(std::exchange(id_, 0), now).stopped;
  }
  bool fired = false;
  if (auto hold = std::exchange(sigint_, nullptr)) {
    resume_outer();
    hold->end();
    // A signal that came when the script had ended was for this run all the same.
    fired = hold->fired();
  }
  if (ledger.stopping() || std::exchange(refused_, false))
    return ending::unwinding;
  if (stopped == stop_reason::timeout)
    return ending::timeout;
  if (stopped == stop_reason::interrupt || fired)
    return ending::interrupt;
  return ending::normal;
}

void nested_run::suspend_outer() {
  auto* each = outer_;
  while (each != nullptr && !each->sigint_)
    each = each->outer_;
  if (each == nullptr)
    return;
  each->sigint_->end();
  if (each->sigint_->fired())
    return; // it is about to be interrupted
  around_.ledger->hold(each->id_, nullptr);
  suspended_ = each;
}

void nested_run::resume_outer() {
  auto* outer = std::exchange(suspended_, nullptr);
  if (outer == nullptr || outer->id_ == 0)
    return;
  outer->sigint_ = around_.hold_sigint();
  around_.ledger->hold(outer->id_, outer->sigint_);
}

} // namespace troupe::js

#pragma once

#include "tests/stress/kept_answer.hpp"
#include "troupe/troupe.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::testing {

/// A few contexts, each of which is asked to run a few tasks and then ended, in
/// ways that chance picks; and a record of every answer that must come.
///
/// Threads: one; several may play rounds of their own with one runtime.
class churn_round {
public:
  /// Continuations of all rounds, and their calls: equal when all is over.
  struct tally {
    std::atomic<std::uint64_t> continuations{0};
    std::atomic<std::uint64_t> calls{0};
  };

  /// The same seed picks the same round. `counted` must outlive the runtime.
  churn_round(std::uint64_t seed, tally& counted);
  ~churn_round();

  /// Spawns the contexts and asks them for everything.
  void begin(runtime& where);

  /// Ends the contexts and waits for every answer.
  void finish();

  /// Instead of `finish`, after the runtime has ended: everything must be
  /// answered.
  void finish_without_runtime();

  /// What went wrong, in words.
  [[nodiscard]] const std::vector<std::string>& faults() const noexcept {
    return faults_;
  }

private:
  struct member;

  void add_task(member& to);
  void end(member& which);
  void cancel_late_ones(member& of);
  void collect(member& of);
  void check_report(member& of);
  void doze();

  chance random_;
  tally& tally_;
  int last_number_ = 0;
  std::vector<std::unique_ptr<member>> members_;
  std::vector<std::string> faults_;
};

} // namespace troupe::testing

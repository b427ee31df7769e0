#pragma once

#include "cli/fleet_manifest.hpp"
#include "cli/fleet_outcome.hpp"
#include "cli/inbox.hpp"
#include "cli/progress.hpp"

#include <troupe/runtime.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cli {

struct fleet_options {
  std::size_t contexts = 0;
  std::size_t rounds = 1;    ///< Runs of each honest context after its first.
  std::size_t in_flight = 1; ///< Honest runs under way at once.
  std::size_t runaways = 1;  ///< Misbehaving runs under way at once, beside those.
  std::uint64_t first_seed = 0;
};

/// Brings the contexts up, kind by kind, honest ones with their first run, which
/// shows what memory they need. Then all kinds run at once: the honest contexts
/// `rounds` times, each of the others once. Every outcome is compared with the
/// manifest.
///
/// Misbehaving scripts start evenly over the honest work, so that there is
/// always some of it that they could harm. A context that was stopped must
/// still answer, unless its heap was full.
///
/// Threads: one; all state belongs to it, answers come through an inbox.
class fleet_work {
public:
  fleet_work(runtime& rt, const fleet_manifest& manifest, const fleet_options& options,
             std::shared_ptr<inbox> answers, progress& shown);

  /// Once.
  [[nodiscard]] fleet_outcome run();

private:
  using clock = inbox::clock;

  struct tenant {
    std::size_t kind = 0;
    std::uint64_t seed = 0;
    context ctx;
  };

  bool bring_up();
  bool spawn_all(std::size_t kind);
  void spawn(tenant& who);
  bool run_first(std::size_t kind);
  bool work();
  void dispatch();
  void run_honest(tenant& who);
  void run_misbehaving(tenant& who);
  void check_survival(tenant& who);
  void stop_waiting();

  void judge(tenant& who, const result<value>& outcome);
  void wrong(const tenant& who, const std::string& what);

  /// Handles answers until `done`. @returns false when it has to end before.
  template <class F>
  bool handle_until(F done);

  [[nodiscard]] const fleet_kind& kind_of(const tenant& who) const;
  [[nodiscard]] std::size_t runs_of(const tenant& who) const;
  [[nodiscard]] std::string name_of(const tenant& who) const;
  [[nodiscard]] context_options options_of(const tenant& who) const;

  // Constant after construction.
  runtime& runtime_;
  const fleet_manifest& manifest_;
  const fleet_options options_;
  const std::shared_ptr<inbox> answers_;
  progress& progress_;
  std::chrono::milliseconds patience_;

  std::vector<tenant> tenants_; // the kinds evenly mixed
  std::size_t spawning_ = 0;
  std::vector<tenant*> honest_; // those that are up
  std::vector<tenant*> misbehaving_;
  std::size_t honest_started_ = 0;
  std::size_t honest_running_ = 0;
  std::size_t misbehaving_started_ = 0;
  std::size_t misbehaving_running_ = 0;
  std::deque<std::pair<clock::time_point, future<void>>> asked_; // by when at the latest
  fleet_progress progress_now_;
  fleet_outcome outcome_;
};

} // namespace troupe::cli

// Runs inside runs, without V8: who reports, and who has SIGINT.

#include "runtime/nested_run.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <atomic>
#include <vector>

using namespace troupe;
using namespace troupe::js;
using namespace std::chrono_literals;

namespace {

using ending = nested_run::ending;

/// Holds that a test can fire; the newest last.
class fake_signals {
public:
  class hold final : public sigint_hold {
  public:
    [[nodiscard]] bool fired() const noexcept override {
      return fired_;
    }

    void end() noexcept override {
      ended_ = true;
    }

    void fire() {
      if (!ended_)
        fired_ = true;
    }

    [[nodiscard]] bool ended() const noexcept {
      return ended_;
    }

  private:
    std::atomic<bool> fired_{false};
    std::atomic<bool> ended_{false};
  };

  std::shared_ptr<sigint_hold> take() {
    return all.emplace_back(std::make_shared<hold>());
  }

  /// As the process's handler does.
  void signal() {
    for (auto& each : all)
      each->fire();
  }

  [[nodiscard]] auto live() const {
    return std::ranges::count_if(all, [](auto& each) { return !each->ended(); });
  }

  std::vector<std::shared_ptr<hold>> all;
};

struct bench {
  int stops = 0;
  int releases = 0;
  fake_signals signals;
  run_surroundings around{.ledger = std::make_shared<run_ledger>(isolate_brake{
                            .stop = [this] { ++stops; }, .release = [this] { ++releases; }}),
                          .arm = [](steady_time) {},
                          .hold_sigint = [this] { return signals.take(); }};
  turn_id outermost = around.ledger->enter({.request = 1}).id;

  /// Everything up to now and an hour more is over.
  void expire(std::chrono::milliseconds after) {
    static_cast<void>(around.ledger->expire(std::chrono::steady_clock::now() + after));
  }
};

} // namespace

TEST_CASE("a nested run without limits costs nothing", "[runtime][nested_run]") {
  bench b;
  nested_run run{b.around, {}};
  CHECK(run.leave() == ending::normal);
  CHECK(b.signals.all.empty());
}

TEST_CASE("a nested run that is stopped lets its caller go on", "[runtime][nested_run][S10]") {
  bench b;
  nested_run run{b.around, {.timeout = 5ms}};
  b.expire(10ms);
  CHECK(b.stops == 1);
  CHECK(run.leave() == ending::timeout);
  CHECK(b.releases == 1);
  CHECK_FALSE(b.around.ledger->stopping());
  CHECK(run.leave() == ending::normal);
  CHECK_FALSE(b.around.ledger->leave(b.outermost).has_value());
}

TEST_CASE("a deadline after the end of a nested run stops nobody", "[runtime][nested_run][S10]") {
  bench b;
  nested_run run{b.around, {.timeout = 5ms}};
  CHECK(run.leave() == ending::normal);
  b.expire(1h);
  CHECK(b.stops == 0);
}

TEST_CASE("the outer run reports when both are late", "[runtime][nested_run][S10]") {
  bench b;
  nested_run outer{b.around, {.timeout = 5ms}};
  nested_run inner{b.around, {.timeout = 7ms}};
  b.expire(10ms);
  CHECK(inner.leave() == ending::unwinding);
  CHECK(b.releases == 0);
  CHECK(outer.leave() == ending::timeout);
  CHECK(b.releases == 1);
}

TEST_CASE("the inner run reports when it alone is late", "[runtime][nested_run][S10]") {
  bench b;
  nested_run outer{b.around, {.timeout = 5000ms}};
  nested_run inner{b.around, {.timeout = 5ms}};
  b.expire(10ms);
  CHECK(inner.leave() == ending::timeout);
  CHECK(outer.leave() == ending::normal);
}

TEST_CASE("what stops the request unwinds all nested runs", "[runtime][nested_run][S10]") {
  bench b;
  auto why = GENERATE_COPY(stop_reason::close, stop_reason::heap_limit, stop_reason::cancel);
  nested_run outer{b.around, {.timeout = 5000ms}};
  nested_run inner{b.around, {.timeout = 5000ms, .break_on_sigint = true}};
  if (why == stop_reason::cancel)
    b.around.ledger->cancel(1);
  else
    b.around.ledger->stop_all(why);
  CHECK(inner.leave() == ending::unwinding);
  CHECK(outer.leave() == ending::unwinding);
  CHECK(b.around.ledger->leave(b.outermost) == why);
}

TEST_CASE("no nested run begins once the isolate is closed", "[runtime][nested_run]") {
  bench b;
  b.around.ledger->close();
  nested_run run{b.around, {.timeout = 5ms, .break_on_sigint = true}};
  CHECK(run.leave() == ending::unwinding);
  CHECK(b.signals.live() == 0);
}

TEST_CASE("SIGINT is the innermost run's that breaks on it", "[runtime][nested_run][S11]") {
  bench b;
  nested_run outer{b.around, {.break_on_sigint = true}};
  {
    nested_run plain{b.around, {.timeout = 5000ms}};
    nested_run inner{b.around, {.break_on_sigint = true}};
    CHECK(b.signals.live() == 1);
    b.signals.signal();
    static_cast<void>(b.around.ledger->interrupt());
    CHECK(inner.leave() == ending::interrupt);
    CHECK(plain.leave() == ending::normal);
  }
  CHECK(b.signals.live() == 1);
  b.signals.signal();
  static_cast<void>(b.around.ledger->interrupt());
  CHECK(outer.leave() == ending::interrupt);
  CHECK(b.signals.live() == 0);
}

TEST_CASE("SIGINT outside of runs that break on it is nobody's here",
          "[runtime][nested_run][S11]") {
  bench b;
  nested_run run{b.around, {.timeout = 5000ms}};
  b.signals.signal();
  static_cast<void>(b.around.ledger->interrupt());
  CHECK(run.leave() == ending::normal);
  CHECK(b.stops == 0);
}

TEST_CASE("a signal between a script's end and its leaving counts",
          "[runtime][nested_run][S11]") {
  bench b;
  nested_run run{b.around, {.break_on_sigint = true}};
  b.signals.signal();
  CHECK(run.leave() == ending::interrupt);
  CHECK(b.stops == 0);
}

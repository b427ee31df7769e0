// stop_lateness: how long after its deadline a script that never ends is
// answered for, and how long until its thread is free.
//
// Timed: from the deadline to the answer, taken on the thread that brings it, and
// to the answer of a second run that waits behind the first. The deadline is
// counted from the request, a little before the timeout begins: what is shown is
// rather too much. With one runaway: 200 times one after the other, 20 ms each.
// With 100: all have the same deadline, give or take a millisecond, 1.5 s after
// they were asked for. They are held at their first statement until all have got
// there: none waits for a core before its timeout begins. Then they fight for the
// cores, also for leaving.
// No floor: nobody else stops in time.

#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

#include <iterator>
#include <latch>
#include <memory>
#include <utility>

namespace troupe::bench {

namespace {

using namespace std::chrono_literals;

/// Where scripts wait for each other.
class gathering {
public:
  void expect(std::ptrdiff_t count) {
    all_there_ = std::make_unique<std::latch>(count);
  }

  /// Called by the scripts.
  void arrive() {
    all_there_->arrive_and_wait();
  }

private:
  std::unique_ptr<std::latch> all_there_; // changes while no script runs
};

/// One context with a script that never ends, and when its two answers came.
class runaway {
public:
  explicit runaway(runtime& rt) : context_(rt.spawn({.console = true}).get()) {
  }

  void start(std::chrono::milliseconds timeout) {
    deadline_ = clock::now() + timeout;
    auto here = [](const std::function<void()>& work) { work(); };
    answered_ = context_.run(endless_, {.timeout = timeout}).on(here).then([](auto outcome) {
      require(!outcome && outcome.error().code == errc::deadline_exceeded, "it was not stopped");
      return result<clock::time_point>{clock::now()};
    });
    free_ = context_.run(trivial_).on(here).then([](auto outcome) {
      require(outcome);
      return result<clock::time_point>{clock::now()};
    });
  }

  /// Milliseconds from the deadline to the answer, and to the free thread.
  [[nodiscard]] std::pair<double, double> finish() {
    auto answered = *answered_.get();
    auto free = *free_.get();
    return {std::chrono::duration<double, std::milli>(answered - deadline_).count(),
            std::chrono::duration<double, std::milli>(free - deadline_).count()};
  }

private:
  context context_;
  script endless_{"console.log('begun'); for (;;);"};
  script trivial_{"1"};
  clock::time_point deadline_;
  future<clock::time_point> answered_;
  future<clock::time_point> free_;
};

struct latenesses {
  std::vector<double> answers;
  std::vector<double> threads;

  void add(const std::pair<double, double>& late) {
    answers.push_back(late.first);
    threads.push_back(late.second);
  }

  [[nodiscard]] std::vector<sample> figures() const {
    std::vector<sample> made;
    for (const auto* all : {&answers, &threads})
      for (double share : {0.5, 0.99})
        made.push_back({no_floor, percentile(*all, share)});
    return made;
  }
};

std::vector<sample> measure() {
  gathering start;
  runtime rt{{.on_console = [&](const console_line&) { start.arrive(); }}};
  latenesses one;
  {
    runaway alone{rt};
    for (int i = 0; i < 200; ++i) {
      start.expect(1);
      alone.start(20ms);
      one.add(alone.finish());
    }
  }
  latenesses many;
  std::vector<std::unique_ptr<runaway>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(std::make_unique<runaway>(rt));
  start.expect(std::ssize(all));
  auto end = clock::now() + 1500ms;
  for (auto& each : all)
    each->start(std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now()));
  for (auto& each : all)
    many.add(each->finish());
  auto samples = one.figures();
  for (auto& each : many.figures())
    samples.push_back(each);
  return samples;
}

} // namespace

item stop_lateness() {
  return {.name = "stop_lateness",
          .figures = {{"stop_lateness, 1 runaway, answer p50", "ms"},
                      {"stop_lateness, 1 runaway, answer p99", "ms", goal::value_at_most, 2},
                      {"stop_lateness, 1 runaway, thread free p50", "ms"},
                      {"stop_lateness, 1 runaway, thread free p99", "ms", goal::value_at_most, 2},
                      {"stop_lateness, 100 runaways, answer p50", "ms"},
                      {"stop_lateness, 100 runaways, answer p99", "ms", goal::value_at_most, 10},
                      {"stop_lateness, 100 runaways, thread free p50", "ms"},
                      {"stop_lateness, 100 runaways, thread free p99", "ms"}},
          .rounds = 5,
          .measure = &measure};
}

} // namespace troupe::bench

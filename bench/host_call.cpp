// host_call: a script calls C++.
//
// Timed, synchronous: a script that calls `add(sum, i)`, two numbers in and one
// out, a million times; the loop itself counts on both sides. Floor: the same loop
// over a `v8::FunctionTemplate` by hand, which checks that both are numbers.
// Timed, asynchronous: from a script's call of a host function to the script's next
// line, when another thread settles the future at once, one call after the other
// (round trip), and a hundred calls under way at a time (pipelined). No floor: what V8
// offers ends with `Promise::Resolver`.
// Not timed: compilation, one run to warm up.

#include "bench/floor.hpp"
#include "bench/item.hpp"
#include "bench/require.hpp"
#include "bench/statistics.hpp"
#include "troupe/runtime.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace troupe::bench {

namespace {

constexpr int calls = 1'000'000;
constexpr int runs = 10;
constexpr int round_trips = 2'000;
constexpr int pipelined = 50'000;

sample measure_sync(runtime& rt) {
  auto source =
    fmt::format("(() => {{ let sum = 0; for (let i = 0; i < {}; ++i) sum = add(sum, i); "
                "return sum }})()",
                calls);
  floor::bare_isolate bare{source};
  bare.define_add();
  context ctx =
    rt.spawn({.globals = {{"add", host_function{[](double a, double b) { return a + b; }}}}})
      .get();
  script compiled{source};
  double expected = 0.5 * calls * (calls - 1.0);
  auto run_bare = [&] { require(bare.run() == expected, "wrong sum"); };
  auto run_ours = [&] {
    require(ctx.run(compiled).get()->as<double>() == expected, "wrong sum");
  };
  run_bare();
  run_ours();
  std::vector<double> bare_times;
  std::vector<double> our_times;
  auto time = [](std::vector<double>& into, auto&& once) {
    auto start = clock::now();
    once();
    into.push_back(microseconds_since(start) / calls * 1e3);
  };
  alternate(
    runs, [&] { time(bare_times, run_bare); }, [&] { time(our_times, run_ours); });
  return {median(bare_times), median(our_times)};
}

/// A thread that settles what it is given, in order.
class settler {
public:
  settler() : thread_([this] { main(); }) {
  }

  ~settler() {
    {
      std::lock_guard guard{mutex_};
      stopping_ = true;
    }
    filled_.notify_one();
    thread_.join();
  }

  settler(const settler&) = delete;
  settler& operator=(const settler&) = delete;

  [[nodiscard]] future<int> later(int number) {
    promise<int> owed;
    auto answer = owed.get_future();
    {
      std::lock_guard guard{mutex_};
      queue_.emplace_back(std::move(owed), number);
    }
    filled_.notify_one();
    return answer;
  }

private:
  void main() {
    std::unique_lock guard{mutex_};
    for (;;) {
      filled_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty())
        return;
      auto batch = std::exchange(queue_, {});
      guard.unlock();
      for (auto& [owed, number] : batch)
        owed.set(number);
      guard.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable filled_;
  // Guarded by mutex_.
  std::deque<std::pair<promise<int>, int>> queue_;
  bool stopping_ = false;
  std::thread thread_; // last: it uses the others
};

double time_of(context& ctx, const script& what, int count) {
  auto start = clock::now();
  require(ctx.run(what).get()->as<int>() == count, "calls were lost");
  return microseconds_since(start) / count;
}

std::vector<sample> measure() {
  runtime rt;
  settler other;
  context ctx =
    rt.spawn({.globals = {{"later", host_function{[&](int n) { return other.later(n); }}}}})
      .get();
  script one_by_one{fmt::format("(async () => {{ let n = 0; while (n < {}) n += await later(1); "
                                "return n }})()",
                                round_trips)};
  script many{fmt::format(
    "(async () => {{ let n = 0; const worker = async () => {{ "
    "for (let i = 0; i < {} / 100; ++i) {{ const one = await later(1); n += one; }} }}; "
    "await Promise.all(Array.from({{ length: 100 }}, worker)); return n }})()",
    pipelined)};
  time_of(ctx, one_by_one, round_trips);
  time_of(ctx, many, pipelined);
  return {measure_sync(rt),
          {no_floor, time_of(ctx, one_by_one, round_trips)},
          {no_floor, 1e3 / time_of(ctx, many, pipelined)}};
}

} // namespace

item host_call() {
  return {.name = "host_call",
          .figures = {{"host_call, numbers", "µs/1,000", goal::ratio_at_most, 2.0},
                      {"host_call, asynchronous, round trip", "µs"},
                      {"host_call, asynchronous, 100 at a time", "thousand/s"}},
          .measure = &measure};
}

} // namespace troupe::bench

#include "tests/hostile/trial.hpp"

#include "tests/support/patience.hpp"
#include "troupe/troupe.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Of a script whose name begins with node_: all built-ins too, without rights.
context_options small_limits(const hostile_script& script) {
  return {.name = "hostile",
          .heap_limit_mib = 32,
          .array_buffer_limit_mib = 16,
          .output_limit = 64 * 1024,
          .console = true,
          .timers = true,
          .builtins = script.name.starts_with("node_") ? builtin_set::all() : builtin_set{}};
}

run_options limits_of(const hostile_script& script) {
  bool may_be_endless =
    std::ranges::find(script.outcomes, errc::deadline_exceeded) != script.outcomes.end();
  auto timeout = script.endless() ? 200ms : may_be_endless ? 3s : 30s;
  return {.timeout = timeout, .timeout_covers = timeout_scope::evaluation};
}

runtime_options quiet() {
  return {.on_console = [](const console_line&) {},
          .on_uncaught_error = [](const std::string&, const uncaught_error&) {}};
}

/// A context that somebody asks again and again.
class neighbour {
public:
  explicit neighbour(runtime& rt) : context_(rt.spawn().get()), asking_([this] { ask(); }) {
  }

  ~neighbour() {
    stop();
  }

  /// @returns whether all answers were right and there was one.
  bool stop() {
    leave_ = true;
    if (asking_.joinable())
      asking_.join();
    return right_ > 0 && wrong_ == 0;
  }

  /// Microseconds of each round trip so far, sorted.
  [[nodiscard]] std::vector<double> round_trips() {
    std::ranges::sort(took_);
    return took_;
  }

private:
  void ask() {
    script sum{"6 * 7"};
    do {
      auto start = clock::now();
      auto answer = context_.run(sum);
      bool right = answer.wait_for(patience);
      if (right) {
        auto outcome = answer.get();
        right = outcome && outcome->as<int>() == 42;
      }
      took_.push_back(std::chrono::duration<double, std::micro>(clock::now() - start).count());
      ++(right ? right_ : wrong_);
      std::this_thread::sleep_for(200us); // a client, not a load of its own
    } while (!leave_);
  }

  context context_;
  std::atomic<bool> leave_{false};
  int right_ = 0; // read after the thread has ended
  int wrong_ = 0;
  std::vector<double> took_;
  std::thread asking_;
};

std::string name_of(const std::optional<errc>& outcome) {
  if (!outcome)
    return "value";
  switch (*outcome) {
    case errc::uncaught_exception:
      return "uncaught_exception";
    case errc::deadline_exceeded:
      return "deadline_exceeded";
    case errc::heap_limit_exceeded:
      return "heap_limit_exceeded";
    case errc::output_limit_exceeded:
      return "output_limit_exceeded";
    case errc::context_lost:
      return "context_lost";
    case errc::clone_failed:
      return "clone_failed";
    default:
      return std::string{code_name(*outcome)};
  }
}

/// The context after its script: it answers, or has ended for a good reason.
std::string look_after(context& ctx, std::vector<std::string>& faults) {
  auto next = ctx.run("1 + 1");
  if (!next.wait_for(patience)) {
    faults.emplace_back("the next run has no answer");
    return "silent";
  }
  auto outcome = next.get();
  if (outcome) {
    if (outcome->as<int>() != 2)
      faults.emplace_back("the next run has a wrong answer");
    return "goes on";
  }
  auto ended = ctx.exited();
  if (!ended.wait_for(patience)) {
    faults.push_back("the next run failed in a living context: " + outcome.error().to_string());
    return "broken";
  }
  auto report = *ended.get();
  if (report.reason == errc::heap_limit_exceeded)
    return "is closed";
  if (report.reason == errc::context_lost)
    return "is lost";
  faults.push_back("the context ended for another reason: " + report.message);
  return "ended";
}

} // namespace

trial_result try_script(const hostile_script& script) {
  trial_result result;
  {
    runtime rt{quiet()};
    neighbour left{rt};
    neighbour right{rt};
    auto ctx = rt.spawn(small_limits(script)).get().value();
    auto start = clock::now();
    auto answer = ctx.run(script.source, limits_of(script), {.filename = script.name + ".js"});
    if (!answer.wait_for(patience)) {
      result.faults.emplace_back("there is no answer");
    } else {
      auto outcome = answer.get();
      std::optional<errc> code;
      if (!outcome)
        code = outcome.error().code;
      result.outcome = name_of(code);
      if (std::ranges::find(script.outcomes, code) == script.outcomes.end())
        result.faults.push_back(
          "it should have ended in " + script.expected + ", not in " + result.outcome
          + (outcome ? "" : ": " + outcome.error().to_string().substr(0, 400)));
    }
    result.after = look_after(ctx, result.faults);
    result.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start);
    result.stop_latency = ctx.stats().stop_latency_max;
    if (!left.stop() || !right.stop())
      result.faults.emplace_back("a neighbour did not answer");
  }
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  result.peak_mib = static_cast<std::size_t>(use.ru_maxrss) / 1024;
  return result;
}

neighbour_figures measure_neighbour(const std::vector<hostile_script>& scripts) {
  auto share = [](const std::vector<double>& sorted, double part) {
    return sorted.empty()
             ? 0
             : sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
  };
  runtime rt{quiet()};
  neighbour_figures made;
  {
    neighbour alone{rt};
    std::this_thread::sleep_for(3s);
    alone.stop();
    auto trips = alone.round_trips();
    made.idle_p50 = share(trips, 0.5);
    made.idle_p99 = share(trips, 0.99);
  }
  neighbour beside{rt};
  for (const auto& script : scripts) {
    if (auto ctx = rt.spawn(small_limits(script)).get())
      (void)ctx->run(script.source, limits_of(script)).wait_for(patience);
  }
  beside.stop();
  auto trips = beside.round_trips();
  made.beside_p50 = share(trips, 0.5);
  made.beside_p99 = share(trips, 0.99);
  return made;
}

} // namespace troupe::testing

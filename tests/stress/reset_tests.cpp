// Contexts that are reset, measured, cached and closed amid their runs.

#include "tests/stress/task.hpp"
#include "tests/support/generated_source.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/seed.hpp"
#include "troupe/troupe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <set>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::testing;

namespace {

/// What may become of a request to a context that is reset and closed at any time.
bool allowed(errc code) {
  static const std::set<errc> codes{
    errc::uncaught_exception, errc::syntax_error,    errc::deadline_exceeded, errc::cancelled,
    errc::context_closed,     errc::evaluation_lost, errc::context_reset,     errc::clone_failed};
  return codes.contains(code);
}

template <class T>
future<bool> judged(future<T> answer) {
  return std::move(answer).then([](result<T> outcome) -> result<bool> {
    return outcome.has_value() || allowed(outcome.error().code);
  });
}

std::size_t rounds() {
  const char* wished = std::getenv("TROUPE_STRESS_ROUNDS");
  return wished != nullptr ? std::stoul(wished) : 60;
}

} // namespace

TEST_CASE("resets, measurements and code caches amid runs: every request has its answer",
          "[stress][reset][C10]") {
  auto seed = test_seed();
  CAPTURE(seed);
  runtime rt{{.on_uncaught_error = [](const std::string&, const error&) {}}};
  for (std::size_t round = 0; round < rounds(); ++round) {
    CAPTURE(round);
    chance random{seed + round};
    script shared{generated_source(3000)};
    std::vector<context> contexts;
    for (int i = 0; i < 3; ++i) {
      auto options = options_for_tasks();
      options.microtasks =
        random.one_in(2) ? microtask_mode::after_evaluate : microtask_mode::shared;
      contexts.push_back(rt.spawn(options).get().value());
    }
    std::vector<future<bool>> answers;
    for (int i = 0; i < 60; ++i) {
      auto& ctx = contexts[random.below(contexts.size())];
      switch (random.below(10)) {
        case 0:
        case 1:
          answers.push_back(judged(ctx.reset()));
          break;
        case 2:
          answers.push_back(judged(ctx.measure_memory(
            {.mode = random.one_in(2) ? memory_mode::detailed : memory_mode::summary,
             .execution = memory_execution::eager})));
          break;
        case 3:
          answers.push_back(judged(ctx.create_cached_data(shared)));
          break;
        case 4:
          answers.push_back(judged(ctx.run(shared))); // twice in one realm: a SyntaxError
          break;
        case 5: {
          auto cancelled = ctx.measure_memory();
          cancelled.cancel();
          answers.push_back(judged(std::move(cancelled)));
          break;
        }
        default: {
          auto what = task::any(random, i, {});
          answers.push_back(judged(ctx.run(what.source, what.how)));
          break;
        }
      }
      if (random.one_in(200))
        ctx.close(close_mode::now);
    }
    // What waits for ever is told of the end.
    for (auto& ctx : contexts)
      if (random.one_in(2))
        ctx = {};
      else
        ctx.close(close_mode::now);
    for (auto& answer : answers) {
      REQUIRE(answer.wait_for(patience));
      REQUIRE(answer.get().value());
    }
  }
}

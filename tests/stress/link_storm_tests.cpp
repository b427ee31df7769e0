// Imports by the thousand, ended at any moment: each is answered once, and nothing is left.

#include "tests/stress/process_use.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/seed.hpp"
#include "troupe/troupe.hpp"

#include <catch2/catch_test_macros.hpp>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t names = 40;

std::size_t rounds_wished(std::size_t usually) {
  const char* wished = std::getenv("TROUPE_STRESS_ROUNDS");
  return wished != nullptr ? std::stoul(wished) : sanitized ? usually / 10 : usually;
}

/// Modules that import each other at random; some wait, throw, loop, or import more. Answers
/// at once, from other threads, twice, wrongly, or never.
class storm_loader final : public module_loader {
public:
  explicit storm_loader(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 2; ++i)
      threads_.emplace_back([this](const std::stop_token& stop) { main(stop); });
  }

  future<module_source> load(module_request request) override {
    std::lock_guard guard{mutex_};
    promise<module_source> answer;
    auto given = answer.get_future();
    switch (random_.below(20)) {
      case 0:
        break; // forgets it
      case 1:
        never_.push_back(std::move(answer));
        if (never_.size() > 50)
          never_.erase(never_.begin());
        break;
      case 2:
        answer.set(error{.code = errc::module_not_found, .message = "not now"});
        break;
      case 3:
        throw std::runtime_error{"not like that"};
      case 4:
      case 5:
        answer.set(source_of(request));
        answer.set(source_of(request));
        break;
      default:
        open_.emplace_back(source_of(request), std::move(answer));
        filled_.notify_one();
    }
    return given;
  }

  std::optional<result<module_source>> find(const module_request& request) override {
    std::lock_guard guard{mutex_};
    if (random_.one_in(3))
      return source_of(request);
    return std::nullopt;
  }

private:
  [[nodiscard]] module_source source_of(const module_request& request) {
    std::string code;
    for (auto n = random_.below(4); n > 0; --n)
      code += "import './m" + std::to_string(random_.below(names)) + ".mjs';";
    // All of them await: one that does not, and is stopped, costs its context (docs/limits.md).
    switch (random_.below(30)) {
      case 0:
        code += "await null; throw new Error('thrown');";
        break;
      case 1:
        code += "await null; for (;;);";
        break;
      case 2:
        code += "await new Promise(() => {});";
        break;
      case 3:
        code += "let = ;";
        break;
      case 4:
      case 5:
      case 6:
        code += "await new Promise(done => setTimeout(done, 1));";
        break;
      case 7:
      case 8:
        code += "await import('./m" + std::to_string(random_.below(names)) + ".mjs');";
        break;
      default:
        code += "await null;";
    }
    return module_source{request.specifier, code + "export default 1;"};
  }

  void main(const std::stop_token& stop) {
    std::unique_lock guard{mutex_};
    while (filled_.wait(guard, stop, [this] { return !open_.empty(); })) {
      auto which = open_.begin() + static_cast<std::ptrdiff_t>(random_.below(open_.size()));
      auto next = std::move(*which);
      open_.erase(which);
      guard.unlock();
      next.second.set(std::move(next.first));
      guard.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any filled_;
  // Guarded by mutex_.
  chance random_;
  std::vector<std::pair<module_source, promise<module_source>>> open_;
  std::vector<promise<module_source>> never_;
  std::vector<std::jthread> threads_; // last: they use the others
};

/// What may become of an import at such times.
bool allowed(errc code) {
  static const std::set<errc> codes{
    errc::uncaught_exception, errc::syntax_error,          errc::deadline_exceeded,
    errc::cancelled,          errc::context_closed,        errc::evaluation_lost,
    errc::context_reset,      errc::module_limit_exceeded, errc::module_not_found,
    errc::host_exception,     errc::broken_promise,        errc::runtime_closed};
  return codes.contains(code);
}

struct tally {
  std::atomic<std::size_t> asked{0};
  std::atomic<std::size_t> answered{0};
  std::atomic<std::size_t> strange{0};
};

/// Counts the answers of a future, which must be one.
template <class T>
future<void> counted(future<T> answer, tally& all) {
  ++all.asked;
  return std::move(answer).then([&all](const result<T>& outcome) {
    ++all.answered;
    if (!outcome && !allowed(outcome.error().code))
      ++all.strange;
  });
}

void storm(runtime& rt, std::uint64_t seed, tally& all) {
  chance random{seed};
  auto loader = std::make_shared<storm_loader>(seed);
  std::vector<context> contexts;
  for (int i = 0; i < 3; ++i)
    contexts.push_back(
      rt.spawn({.timers = true,
                .loader = loader,
                .modules = {.modules_max = random.one_in(4) ? std::size_t{20} : 20'000,
                            .concurrency_max = 1 + random.below(8),
                            .load_time =
                              std::chrono::milliseconds{
                                random.one_in(2) ? 5 + static_cast<int>(random.below(50)) : 0}}})
        .get()
        .value());
  std::vector<future<void>> answers;
  loader = random.one_in(2) ? nullptr : loader; // the contexts have it
  for (int i = 0; i < 60; ++i) {
    auto& ctx = contexts[random.below(contexts.size())];
    auto name = "./m" + std::to_string(random.below(names)) + ".mjs";
    // Every run has a timeout, for some modules never end.
    run_options how{.timeout = std::chrono::milliseconds{1 + random.below(40)},
                    .timeout_covers = timeout_scope::evaluation};
    switch (random.below(16)) {
      case 0:
        answers.push_back(counted(ctx.reset(), all));
        break;
      case 1: {
        auto cancelled = ctx.import(name, how);
        cancelled.cancel();
        answers.push_back(counted(std::move(cancelled), all));
        break;
      }
      case 2:
        answers.push_back(
          counted(ctx.run("import('" + name + "').then(() => 1, () => 2)", how), all));
        break;
      case 3:
        how.take = take_as::nothing;
        answers.push_back(counted(
          ctx.run("for (let i = 0; i < 50; ++i) import('./m' + i + '.mjs').catch(() => {}); 0",
                  how),
          all));
        break;
      case 4:
        answers.push_back(
          counted(ctx.run("setTimeout(() => import('" + name + "')); 0", how), all));
        break;
      default:
        answers.push_back(counted(ctx.import(name, how), all));
    }
    if (random.one_in(100))
      ctx.close(close_mode::now);
  }
  if (random.one_in(3))
    loader = nullptr;
  std::vector<future<exit_report>> ends;
  for (auto& ctx : contexts)
    ends.push_back(ctx.exited());
  for (auto& ctx : contexts)
    if (random.one_in(2))
      ctx = {};
    else
      ctx.close(close_mode::now);
  for (auto& answer : answers) {
    REQUIRE(answer.wait_for(patience));
    REQUIRE(answer.get().has_value());
  }
  for (auto& end : ends) // their memory counts until then
    REQUIRE(end.wait_for(patience));
}

} // namespace

TEST_CASE("storms of imports: every one has its answer, and memory is given back",
          "[stress][module][A3]") {
  const auto seed = test_seed();
  const auto rounds = rounds_wished(800);
  CAPTURE(seed, rounds);
  mallopt(M_ARENA_MAX, 1); // malloc_trim trims the end of no other
  tally all;
  {
    runtime rt{{.on_uncaught_error = [](const std::string&, const error&) {}}};
    // V8 keeps pages for a while: the least of each quarter tells.
    std::array<std::size_t, 4> least;
    least.fill(std::numeric_limits<std::size_t>::max());
    for (std::size_t round = 0; round < rounds; ++round) {
      CAPTURE(round);
      storm(rt, seed + round, all);
      auto& quarter = least[round * least.size() / rounds];
      quarter = std::min(quarter, resident_kib());
    }
    if (!sanitized && rounds >= 40)
      CHECK(least[3] < least[1] + 8 * 1024);
  }
  CHECK(all.answered == all.asked);
  CHECK(all.strange == 0);
}

TEST_CASE("a hundred thousand modules that were dropped take no memory",
          "[stress][module][C10]") {
  const auto modules = rounds_wished(1000) * 100;
  runtime rt;
  auto ctx = rt.spawn({.heap_limit_mib = 64}).get().value();
  std::size_t resident = 0;
  for (std::size_t i = 0; i < modules; i += 4) {
    auto number = std::to_string(i);
    auto compile = [&](const std::string& code) {
      return ctx.compile_module(code + "export default '" + number + "';").get().value();
    };
    // A module alone, one that was evaluated, and a cycle that was never linked.
    auto alone = compile("");
    auto done = compile("export const f = () => 1;");
    REQUIRE(done.instantiate().get().has_value());
    REQUIRE(done.evaluate().get().has_value());
    auto a = compile("import 'b';");
    auto b = compile("import 'a';");
    REQUIRE(a.link_requests({b}).get().has_value());
    REQUIRE(b.link_requests({a}).get().has_value());
    if (i == modules / 5 / 4 * 4)
      resident = resident_kib();
  }
  // The heap itself may still have grown towards its limit.
  if (!sanitized && modules >= 10'000)
    CHECK(resident_kib() < resident + 24 * 1024);
}

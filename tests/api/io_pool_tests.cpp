// Threads that may block, and what they have read: A3.

#include "api/io_pool.hpp"
#include "api/source_cache.hpp"
#include "tests/support/patience.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::detail;
using namespace troupe::testing;

namespace {

/// Tells what became of it.
class told_task final : public io_task {
public:
  enum class outcome { ran, abandoned };

  explicit told_task(std::shared_future<void> until = {}) : until_(std::move(until)) {
  }

  std::future<outcome> told() {
    return outcome_.get_future();
  }

  std::future<void> begun() {
    return begun_.get_future();
  }

  void run() noexcept override {
    begun_.set_value();
    if (until_.valid())
      until_.wait();
    outcome_.set_value(outcome::ran);
  }

  void abandon() noexcept override {
    outcome_.set_value(outcome::abandoned);
  }

private:
  std::shared_future<void> until_;
  std::promise<outcome> outcome_;
  std::promise<void> begun_;
};

using outcome = told_task::outcome;

outcome outcome_of(std::future<outcome>& from) {
  REQUIRE(from.wait_for(patience) == std::future_status::ready);
  return from.get();
}

file_identity identity(std::uint64_t number) {
  return {.device = 1, .inode = number, .size = 1, .modified_ns = 1, .changed_ns = 1};
}

} // namespace

TEST_CASE("tasks run on as many threads as there may be", "[api][io_pool][A3]") {
  std::promise<void> open;
  std::shared_future<void> gate = open.get_future().share();
  io_pool pool{3, 100};
  std::vector<std::future<outcome>> told;
  std::vector<std::future<void>> begun;
  for (int i = 0; i < 5; ++i) {
    auto task = std::make_unique<told_task>(gate);
    told.push_back(task->told());
    begun.push_back(task->begun());
    REQUIRE(pool.post(std::move(task)) == nullptr);
  }
  for (std::size_t i = 0; i < 3; ++i)
    REQUIRE(begun[i].wait_for(patience) == std::future_status::ready);
  CHECK(begun[3].wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
  open.set_value();
  for (auto& each : told)
    CHECK(outcome_of(each) == outcome::ran);
}

TEST_CASE("a pool that ends abandons what waits and finishes what runs", "[api][io_pool][A3]") {
  std::promise<void> open;
  std::shared_future<void> gate = open.get_future().share();
  auto pool = std::make_unique<io_pool>(1, 100);
  auto running = std::make_unique<told_task>(gate);
  auto waiting = std::make_unique<told_task>();
  auto ran = running->told();
  auto begun = running->begun();
  auto abandoned = waiting->told();
  REQUIRE(pool->post(std::move(running)) == nullptr);
  REQUIRE(begun.wait_for(patience) == std::future_status::ready);
  REQUIRE(pool->post(std::move(waiting)) == nullptr);
  pool.reset();
  CHECK(outcome_of(abandoned) == outcome::abandoned);
  CHECK(ran.wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
  open.set_value();
  CHECK(outcome_of(ran) == outcome::ran);
}

TEST_CASE("a pool gives back what it has no room for", "[api][io_pool][A3]") {
  std::promise<void> open;
  std::shared_future<void> gate = open.get_future().share();
  io_pool pool{1, 1};
  auto running = std::make_unique<told_task>(gate);
  auto begun = running->begun();
  REQUIRE(pool.post(std::move(running)) == nullptr);
  REQUIRE(begun.wait_for(patience) == std::future_status::ready);
  REQUIRE(pool.post(std::make_unique<told_task>()) == nullptr);
  CHECK(pool.post(std::make_unique<told_task>()) != nullptr);
  open.set_value();
}

TEST_CASE("the cache of sources forgets what was not used for longest",
          "[api][source_cache][A3]") {
  source_cache cache{10'000};
  auto source = [](int number) {
    return module_source{std::to_string(number), std::string(3000, 'x')};
  };
  for (int i = 0; i < 2; ++i)
    (void)cache.keep(source(i), identity(1), true);
  REQUIRE(cache.find("0", module_kind::javascript, identity(1)));
  for (int i = 2; i < 4; ++i) {
    (void)cache.keep(source(i), identity(1), true);
    CHECK(cache.find("0", module_kind::javascript, identity(1)));
  }
  CHECK_FALSE(cache.find("1", module_kind::javascript, identity(1)));
  CHECK(cache.find("3", module_kind::javascript, identity(1)));
  (void)cache.keep(module_source{"large", std::string(20'000, 'x')}, identity(1), true);
  CHECK_FALSE(cache.find("large", module_kind::javascript, identity(1)));
}

TEST_CASE("a cached source is that of one unchanged file, in one kind",
          "[api][source_cache][A3]") {
  source_cache cache{10'000};
  CHECK(cache.empty());
  auto first = cache.keep(module_source{"a", "1"}, identity(1), true);
  CHECK(cache.find("a", module_kind::javascript, identity(1)));
  CHECK_FALSE(cache.find("a", module_kind::text, identity(1)));
  CHECK_FALSE(cache.find("a", module_kind::javascript, identity(2)));
  // Another file with the same content: the same source.
  auto second = cache.keep(module_source{"a", "1"}, identity(2), true);
  CHECK(first.content().data() == second.content().data());
  CHECK(cache.find("a", module_kind::javascript, identity(2)));
  auto third = cache.keep(module_source{"a", "2"}, identity(3), false);
  CHECK(third.content() == "2");
  CHECK_FALSE(cache.find("a", module_kind::javascript, identity(3))); // it may change unseen
}

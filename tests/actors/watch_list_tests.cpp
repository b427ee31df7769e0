#include "actors/watch_list.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <thread>

using namespace troupe;
using actors::watch_list;

namespace {

std::shared_ptr<js::run_ledger> ledger() {
  return std::make_shared<js::run_ledger>(js::isolate_brake{});
}

} // namespace

TEST_CASE("a watched context is found by its id until it is removed",
          "[actors][watch_list][A4]") {
  watch_list list;
  auto first = ledger();
  list.add({1, first, {}, {}});
  list.add({2, ledger(), {}, {}});
  REQUIRE(list.find(1));
  CHECK(list.find(1)->ledger == first);
  CHECK_FALSE(list.find(3));
  CHECK(list.all().size() == 2);
  list.remove(1);
  list.remove(1);
  CHECK_FALSE(list.find(1));
  CHECK(list.all().size() == 1);
}

TEST_CASE("a removed context is let go", "[actors][watch_list][A4]") {
  watch_list list;
  auto watched = ledger();
  list.add({1, watched, {}, {}});
  CHECK(watched.use_count() == 2);
  list.remove(1);
  CHECK(watched.use_count() == 1);
}

TEST_CASE("a context is removed only when the watchdog has answered for it",
          "[actors][watch_list][A4]") {
  watch_list list;
  list.add({1, ledger(), {}, {}});
  std::atomic<bool> answered{false};
  std::atomic<bool> answered_before{false};
  auto looking = list.looking();
  std::thread ending{[&] {
    list.remove(1);
    answered_before = answered.load();
  }};
  while (list.find(1)) // until the other one waits, or is about to
    std::this_thread::yield();
  answered = true;
  looking.unlock();
  ending.join();
  CHECK(answered_before);
}

TEST_CASE("contexts come and go on many threads at once", "[actors][watch_list][A4]") {
  watch_list list;
  std::vector<std::thread> threads;
  for (std::uint64_t first = 0; first < 4; ++first)
    threads.emplace_back([&list, first] {
      for (std::uint64_t i = 0; i < 500; ++i) {
        auto id = first * 1000 + i;
        list.add({id, ledger(), {}, {}});
        [[maybe_unused]] auto found = list.find(id ^ 1);
        if (i % 50 == 0) [[maybe_unused]]
          auto all = list.all();
        list.remove(id);
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(list.all().empty());
}

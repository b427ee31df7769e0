#include "actors/deadline_queue.hpp"
#include "tests/support/seed.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>

using namespace troupe;
using actors::deadline_queue;
using js::never;
using js::steady_time;

namespace {

constexpr steady_time at(int ms) {
  return steady_time{std::chrono::milliseconds{ms}};
}

using keys = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("an empty queue has nothing due, ever", "[actors][deadline_queue][A4]") {
  deadline_queue queue;
  CHECK(queue.next() == never);
  CHECK(queue.take_due(never).empty());
}

TEST_CASE("keys come out in the order of their times, when these have come",
          "[actors][deadline_queue][A4]") {
  deadline_queue queue;
  queue.add(1, at(30));
  queue.add(2, at(10));
  queue.add(3, at(20));
  CHECK(queue.next() == at(10));
  CHECK(queue.take_due(at(9)).empty());
  CHECK(queue.take_due(at(20)) == keys{2, 3});
  CHECK(queue.next() == at(30));
  CHECK(queue.take_due(at(100)) == keys{1});
  CHECK(queue.next() == never);
}

TEST_CASE("a time is due at that very time", "[actors][deadline_queue][A4]") {
  deadline_queue queue;
  queue.add(1, at(10));
  CHECK(queue.take_due(at(10)) == keys{1});
}

TEST_CASE("of two times for one key the earlier one stands", "[actors][deadline_queue][A4]") {
  deadline_queue queue;
  queue.add(1, at(20));
  queue.add(1, at(30));
  CHECK(queue.next() == at(20));
  queue.add(1, at(10));
  CHECK(queue.next() == at(10));
  CHECK(queue.take_due(at(100)) == keys{1});
  CHECK(queue.take_due(at(100)).empty());
}

TEST_CASE("a key that came out may be added again", "[actors][deadline_queue][A4]") {
  deadline_queue queue;
  queue.add(1, at(10));
  CHECK(queue.take_due(at(10)) == keys{1});
  queue.add(1, at(20));
  CHECK(queue.next() == at(20));
}

TEST_CASE("a removed key does not come out", "[actors][deadline_queue][A4]") {
  deadline_queue queue;
  queue.add(1, at(10));
  queue.add(2, at(10));
  queue.remove(1);
  queue.remove(1);
  queue.remove(99);
  CHECK(queue.take_due(at(10)) == keys{2});
}

TEST_CASE("random steps agree with a plain map", "[actors][deadline_queue][A4]") {
  auto seed = testing::test_seed();
  CAPTURE(seed);
  testing::chance random{seed};
  deadline_queue queue;
  std::map<std::uint64_t, steady_time> plain;
  int now = 0;
  for (int step = 0; step < 20'000; ++step) {
    auto key = random.below(50);
    switch (random.below(4)) {
      case 0:
      case 1: {
        auto when = at(now + static_cast<int>(random.below(100)));
        queue.add(key, when);
        auto [known, fresh] = plain.emplace(key, when);
        known->second = std::min(known->second, when);
        break;
      }
      case 2:
        queue.remove(key);
        plain.erase(key);
        break;
      default:
        now += static_cast<int>(random.below(30));
        auto due = queue.take_due(at(now));
        std::ranges::sort(due);
        keys expected;
        for (const auto& [each, when] : plain)
          if (when <= at(now))
            expected.push_back(each);
        std::erase_if(plain, [&](auto& entry) { return entry.second <= at(now); });
        if (due != expected)
          FAIL("step " << step);
    }
    auto next = never;
    for (const auto& [each, when] : plain)
      next = std::min(next, when);
    if (queue.next() != next)
      FAIL("step " << step);
  }
}

#include "runtime/array_buffer_allocator.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>
#include <vector>

using troupe::js::array_buffer_allocator;

TEST_CASE("an allocator gives zeroed memory and counts it", "[runtime][array_buffers][A9]") {
  array_buffer_allocator allocator{1000};
  auto* data = static_cast<unsigned char*>(allocator.Allocate(600));
  REQUIRE(data != nullptr);
  CHECK(std::all_of(data, data + 600, [](auto byte) { return byte == 0; }));
  CHECK(allocator.bytes() == 600);
  allocator.Free(data, 600);
  CHECK(allocator.bytes() == 0);
}

TEST_CASE("an allocator refuses what is beyond its budget", "[runtime][array_buffers][A9]") {
  array_buffer_allocator allocator{1000};
  auto* first = allocator.AllocateUninitialized(600);
  REQUIRE(first != nullptr);
  CHECK(allocator.Allocate(401) == nullptr);
  CHECK(allocator.AllocateUninitialized(401) == nullptr);
  CHECK(allocator.bytes() == 600);
  auto* rest = allocator.Allocate(400);
  CHECK(rest != nullptr);
  allocator.Free(first, 600);
  allocator.Free(rest, 400);
}

TEST_CASE("an allocator refuses sizes that would overflow", "[runtime][array_buffers][A9]") {
  array_buffer_allocator allocator{1000};
  auto* some = allocator.Allocate(100);
  CHECK(allocator.Allocate(std::numeric_limits<std::size_t>::max()) == nullptr);
  CHECK(allocator.Allocate(std::numeric_limits<std::size_t>::max() - 99) == nullptr);
  CHECK(allocator.bytes() == 100);
  allocator.Free(some, 100);
}

TEST_CASE("memory that the system does not have is not counted", "[runtime][array_buffers][A9]") {
  array_buffer_allocator allocator{std::numeric_limits<std::size_t>::max()};
  constexpr auto absurd = std::size_t{1} << 62;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // these end the process
  CHECK(allocator.Allocate(absurd) == nullptr);
  CHECK(allocator.AllocateUninitialized(absurd) == nullptr);
#endif
  CHECK(absurd != 0);
  CHECK(allocator.bytes() == 0);
}

TEST_CASE("small buffers are never refused, because V8 would crash",
          "[runtime][array_buffers][A9]") {
  array_buffer_allocator allocator{100};
  auto* all = allocator.Allocate(100);
  REQUIRE(all != nullptr);
  auto* small = allocator.Allocate(64);
  CHECK(small != nullptr);
  CHECK(allocator.Allocate(65) == nullptr);
  CHECK(allocator.bytes() == 164);
  allocator.Free(small, 64);
  allocator.Free(all, 100);
}

TEST_CASE("threads that race for the budget never get more than it",
          "[runtime][array_buffers][A9]") {
  array_buffer_allocator allocator{10'000};
  std::atomic<bool> exceeded{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 5000; ++round) {
        void* data = allocator.AllocateUninitialized(3000);
        exceeded = exceeded || allocator.bytes() > 10'000;
        if (data != nullptr)
          allocator.Free(data, 3000);
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK_FALSE(exceeded);
  CHECK(allocator.bytes() == 0);
}

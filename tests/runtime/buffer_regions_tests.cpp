// What buffers that can grow cost. No memory is touched: addresses are given.

#include "runtime/buffer_regions.hpp"

#include <catch2/catch_test_macros.hpp>

using troupe::js::buffer_regions;
using troupe::js::byte_budget;

namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::size_t gib = 1024 * mib;
constexpr std::size_t least = 128 * kib; // of one region

struct fixture {
  buffer_regions regions{{.regions_max = 4, .address_bytes_max = 16 * gib}};
  std::shared_ptr<byte_budget> budget = std::make_shared<byte_budget>(8 * mib);

  bool reserve(std::uintptr_t start, std::size_t length) {
    if (!regions.admit(length, *budget))
      return false;
    regions.open(start, length, budget);
    return true;
  }
};

} // namespace

TEST_CASE("a region costs what is used of it, and something by itself",
          "[runtime][buffer_regions][A9]") {
  fixture f;
  REQUIRE(f.reserve(0x1000, 2 * mib));
  CHECK(f.budget->bytes() == least);
  CHECK(f.regions.commit(0x1000, 64 * kib));
  CHECK(f.budget->bytes() == least);
  CHECK(f.regions.commit(0x1000, mib));
  CHECK(f.budget->bytes() == mib);
  f.regions.close(0x1000);
  CHECK(f.budget->bytes() == 0);
  CHECK(f.regions.count() == 0);
}

TEST_CASE("address space costs a share of the budget", "[runtime][buffer_regions][A9]") {
  fixture f;
  REQUIRE(f.reserve(0x1000, 4 * gib));
  CHECK(f.budget->bytes() == mib);
}

TEST_CASE("growth beyond the budget is refused and costs nothing",
          "[runtime][buffer_regions][A9]") {
  fixture f;
  REQUIRE(f.reserve(0x1000, gib));
  CHECK(f.regions.commit(0x1000, 8 * mib));
  CHECK_FALSE(f.regions.commit(0x1000, 8 * mib + 1));
  CHECK(f.budget->bytes() == 8 * mib);
  CHECK_FALSE(f.reserve(0x80000000, mib));
}

TEST_CASE("a buffer that shrinks gives back", "[runtime][buffer_regions][A9]") {
  fixture f;
  REQUIRE(f.reserve(0x1000, gib));
  CHECK(f.regions.commit(0x1000, 4 * mib));
  f.regions.decommit(0x1000 + mib, 3 * mib);
  CHECK(f.budget->bytes() == mib);
  f.regions.decommit(0x1000 + 2 * mib, mib); // was not used
  CHECK(f.budget->bytes() == mib);
}

TEST_CASE("the process's regions and addresses are bounded", "[runtime][buffer_regions][A9]") {
  fixture f;
  for (std::uintptr_t i = 0; i < 4; ++i)
    REQUIRE(f.reserve(0x1000 + i * mib, mib));
  CHECK_FALSE(f.reserve(0x100000000, mib));
  f.regions.close(0x1000);
  CHECK_FALSE(f.reserve(0x100000000, 16 * gib)); // with three others
  CHECK(f.reserve(0x100000000, gib));
  CHECK(f.budget->bytes() == 3 * least + gib / 4096);
}

TEST_CASE("a reservation that did not come about costs nothing",
          "[runtime][buffer_regions][A9]") {
  fixture f;
  REQUIRE(f.regions.admit(mib, *f.budget));
  f.regions.withdraw(mib, *f.budget);
  CHECK(f.budget->bytes() == 0);
  CHECK(f.regions.count() == 0);
}

TEST_CASE("pages of no region cost nothing", "[runtime][buffer_regions][A9]") {
  fixture f;
  REQUIRE(f.reserve(0x100000, mib));
  CHECK(f.regions.commit(0x1000, 100 * mib));
  CHECK(f.regions.commit(0x100000 + mib, 100 * mib)); // right behind it
  f.regions.decommit(0x1000, mib);
  f.regions.close(0x2000);
  CHECK(f.budget->bytes() == least);
}

TEST_CASE("whoever made a region pays for it, also when it has gone",
          "[runtime][buffer_regions][A9]") {
  fixture f;
  REQUIRE(f.reserve(0x1000, mib));
  f.budget.reset();
  CHECK(f.regions.commit(0x1000, 512 * kib));
  f.regions.close(0x1000);
  CHECK(f.regions.count() == 0);
}

#pragma once

#include "runtime/byte_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace troupe::js {

/// The buffers that can grow: address ranges that V8 has reserved for WebAssembly
/// memories and resizable ArrayBuffers, of which it uses a first part. Says what
/// each costs its isolate's budget, and how many the process can bear: address
/// space and memory maps are everybody's, and V8 ends the process without them.
///
/// Pure logic: touches no memory but its own.
///
/// Threads: any; one mutex.
class buffer_regions {
public:
  struct bounds {
    std::size_t regions_max = 0;
    std::size_t address_bytes_max = 0;
  };

  /// What a region costs at the least: two memory maps, and its share of the
  /// address space.
  [[nodiscard]] static std::size_t cost_min(std::size_t length) noexcept;

  explicit buffer_regions(const bounds& most) : most_(most) {
  }

  /// Before a range is reserved. @returns false when the process or the budget
  /// cannot bear another one.
  [[nodiscard]] bool admit(std::size_t length, byte_budget& payer);

  /// The reservation that was admitted did not come about.
  void withdraw(std::size_t length, byte_budget& payer);

  /// The reservation that was admitted is there.
  void open(std::uintptr_t start, std::size_t length, std::shared_ptr<byte_budget> payer);

  /// Before the range becomes usable, from the region's start or anywhere in it.
  /// Ranges of no region cost nothing.
  /// @returns false when the budget has not so much left.
  [[nodiscard]] bool commit(std::uintptr_t start, std::size_t length);

  /// After the range has become unusable.
  void decommit(std::uintptr_t start, std::size_t length);

  /// Before a region is given back to the system: its address may be another's at
  /// once.
  void close(std::uintptr_t start);

  [[nodiscard]] std::size_t count() const;

private:
  struct region {
    std::size_t length;
    std::size_t committed; // bytes from the start
    std::shared_ptr<byte_budget> payer;
  };

  using region_map = std::map<std::uintptr_t, region>;

  [[nodiscard]] static std::size_t cost(const region& of);
  [[nodiscard]] region_map::iterator find(std::uintptr_t address);

  const bounds most_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  region_map regions_;
  std::size_t count_ = 0;
  std::size_t address_bytes_ = 0;
};

} // namespace troupe::js

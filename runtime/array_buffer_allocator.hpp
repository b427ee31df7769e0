#pragma once

#include "runtime/byte_budget.hpp"

#include <v8-array-buffer.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace troupe::js {

/// Memory for the ArrayBuffers of one isolate, with a budget: V8's heap limit
/// does not count it. Beyond the budget V8 throws a RangeError into the script.
///
/// Threads:  any (V8 frees buffers from its worker threads).
/// Lifetime: shared with V8, since backing stores may outlive their isolate.
class array_buffer_allocator final : public v8::ArrayBuffer::Allocator {
public:
  explicit array_buffer_allocator(std::size_t bytes_max);

  /// What counts at the moment.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return budget_->bytes();
  }

  [[nodiscard]] std::size_t bytes_max() const noexcept {
    return budget_->bytes_max();
  }

  /// For buffers that V8 takes from the system itself (`buffer_pages`), and for
  /// memory of this allocator that is used elsewhere.
  [[nodiscard]] const std::shared_ptr<byte_budget>& budget() const noexcept {
    return budget_;
  }

  // -- memory that comes and goes -----------------------------------------------

  /// Counts memory that was made elsewhere and notes who owns it.
  /// @returns false, and does nothing, when that is beyond the budget.
  [[nodiscard]] bool adopt(void* data, std::size_t length, std::shared_ptr<void> owner);

  /// The memory is used here no longer: it counts no more, and belongs to who
  /// gets the owner. Empty when `adopt` has not seen it or it was released before.
  std::optional<std::shared_ptr<void>> release(void* data);

  // -- v8::ArrayBuffer::Allocator ---------------------------------------------

  void* Allocate(std::size_t length) override;
  void* AllocateUninitialized(std::size_t length) override;
  void Free(void* data, std::size_t length) override;

private:
  struct adopted {
    std::shared_ptr<void> owner;
    std::size_t length = 0;
  };

  [[nodiscard]] bool reserve(std::size_t length, std::size_t granted) noexcept;

  const std::shared_ptr<byte_budget> budget_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<void*, adopted> adopted_;
};

} // namespace troupe::js

#pragma once

#include <v8-array-buffer.h>

#include <atomic>
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
  explicit array_buffer_allocator(std::size_t bytes_max) noexcept;

  /// What counts at the moment.
  [[nodiscard]] std::size_t bytes() const noexcept {
    auto now = bytes_.load(std::memory_order_relaxed);
    return now < 0 ? 0 : static_cast<std::size_t>(now);
  }

  [[nodiscard]] std::size_t bytes_max() const noexcept {
    return bytes_max_;
  }

  // -- memory that comes and goes -----------------------------------------------

  /// Counts memory that was made elsewhere and notes who owns it.
  /// @returns false, and does nothing, when that is beyond the budget.
  [[nodiscard]] bool adopt(void* data, std::size_t length, std::shared_ptr<void> owner);

  /// The memory is used here no longer: it counts no more, and belongs to who
  /// gets the owner. Empty when `adopt` has not seen it or it was released before.
  std::optional<std::shared_ptr<void>> release(void* data);

  /// Changes what counts, without asking the budget: for memory of this allocator
  /// that is used elsewhere.
  void adjust(std::ptrdiff_t bytes) noexcept {
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }

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

  const std::size_t bytes_max_;
  // Below zero for a moment when memory that is used elsewhere is freed.
  std::atomic<std::ptrdiff_t> bytes_{0};
  std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<void*, adopted> adopted_;
};

} // namespace troupe::js

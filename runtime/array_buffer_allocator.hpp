#pragma once

#include "runtime/byte_budget.hpp"

#include <v8-array-buffer.h>

#include <cstddef>
#include <memory>

namespace troupe::js {

/// Memory for the ArrayBuffers of one isolate, with a budget: V8's heap limit
/// does not count it. Beyond the budget V8 throws a RangeError into the script.
///
/// Threads:  any (V8 frees buffers from its worker threads).
/// Lifetime: shared with V8, since backing stores may outlive their isolate.
class array_buffer_allocator final : public v8::ArrayBuffer::Allocator {
public:
  explicit array_buffer_allocator(std::size_t bytes_max);

  [[nodiscard]] std::size_t bytes() const noexcept {
    return budget_->bytes();
  }

  /// For buffers that V8 takes from the system itself (`buffer_pages`).
  [[nodiscard]] const std::shared_ptr<byte_budget>& budget() const noexcept {
    return budget_;
  }

  // -- v8::ArrayBuffer::Allocator ---------------------------------------------

  void* Allocate(std::size_t length) override;
  void* AllocateUninitialized(std::size_t length) override;
  void Free(void* data, std::size_t length) override;

private:
  [[nodiscard]] bool reserve(std::size_t length) noexcept;

  const std::shared_ptr<byte_budget> budget_;
};

} // namespace troupe::js

#pragma once

#include <atomic>
#include <cstddef>

namespace troupe::js {

/// How many bytes one isolate may hold outside V8's heap, and how many it does.
///
/// Threads:  any.
/// Lifetime: shared by whatever holds such bytes.
class byte_budget {
public:
  explicit byte_budget(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {
  }

  /// @returns false, and takes nothing, when there is not so much left.
  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    auto used = bytes_.load(std::memory_order_relaxed);
    do {
      if (bytes > bytes_max_ || shown(used) > bytes_max_ - bytes)
        return false;
    } while (!bytes_.compare_exchange_weak(used, used + static_cast<std::ptrdiff_t>(bytes),
                                           std::memory_order_relaxed));
    return true;
  }

  /// Takes what cannot be refused.
  void overdraw(std::size_t bytes) noexcept {
    bytes_.fetch_add(static_cast<std::ptrdiff_t>(bytes), std::memory_order_relaxed);
  }

  void give_back(std::size_t bytes) noexcept {
    bytes_.fetch_sub(static_cast<std::ptrdiff_t>(bytes), std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return shown(bytes_.load(std::memory_order_relaxed));
  }

  [[nodiscard]] std::size_t bytes_max() const noexcept {
    return bytes_max_;
  }

private:
  [[nodiscard]] static std::size_t shown(std::ptrdiff_t bytes) noexcept {
    return bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
  }

  const std::size_t bytes_max_;
  // Below zero for a moment when memory that is used elsewhere is freed.
  std::atomic<std::ptrdiff_t> bytes_{0};
};

} // namespace troupe::js

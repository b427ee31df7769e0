#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

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

/// What one thing has taken of a budget; gives it back at its end.
///
/// Threads: one at a time.
class byte_loan {
public:
  byte_loan() = default;

  /// Without a budget there is no limit.
  explicit byte_loan(std::shared_ptr<byte_budget> from) noexcept : from_(std::move(from)) {
  }

  byte_loan(byte_loan&& other) noexcept
    : from_(std::move(other.from_)), bytes_(std::exchange(other.bytes_, 0)) {
  }

  byte_loan& operator=(byte_loan&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  ~byte_loan() {
    give_back();
  }

  /// So much more. @returns false, and takes nothing, when there is not so much left.
  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    if (!from_)
      return true;
    if (!from_->take(bytes))
      return false;
    bytes_ += bytes;
    return true;
  }

  /// All but so much, if it is more.
  void keep(std::size_t bytes) noexcept {
    if (from_ && bytes_ > bytes)
      from_->give_back(std::exchange(bytes_, bytes) - bytes);
  }

  /// All of it.
  void give_back() noexcept {
    if (from_)
      from_->give_back(std::exchange(bytes_, 0));
  }

private:
  std::shared_ptr<byte_budget> from_;
  std::size_t bytes_ = 0;
};

} // namespace troupe::js

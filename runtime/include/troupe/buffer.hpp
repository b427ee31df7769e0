#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace troupe {

namespace detail {
struct buffer_access;
}

/// Memory that goes into contexts and comes out of them without a copy:
/// `value::transfer`, `take_as::transfer`, `value::take_buffer`.
///
/// Threads:  may go from thread to thread; used by one at a time.
/// Lifetime: move-only: nobody else has this memory. May outlive the context and
///           the runtime that it came from.
class buffer {
public:
  /// No bytes.
  buffer() noexcept = default;

  /// Takes the vector's memory over.
  explicit buffer(std::vector<std::byte> bytes);

  /// Memory of any other kind. `release` is called once, by whichever thread is
  /// the last to use the memory; it must not throw.
  buffer(std::span<std::byte> memory, std::function<void()> release);

  buffer(buffer&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), owner_(std::move(other.owner_)) {
  }

  buffer& operator=(buffer&& other) noexcept {
    bytes_ = std::exchange(other.bytes_, {});
    owner_ = std::move(other.owner_);
    return *this;
  }

  [[nodiscard]] std::span<std::byte> bytes() noexcept {
    return bytes_;
  }

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return bytes_;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return bytes_.size();
  }

private:
  friend struct detail::buffer_access;

  std::span<std::byte> bytes_;
  std::shared_ptr<void> owner_;
};

/// Memory that contexts and C++ use at the same time: in scripts a
/// `SharedArrayBuffer`. `value{memory}` and `as<shared_buffer>()`.
///
/// Threads:  any. Scripts write whenever they like: look at the bytes through
///           `std::atomic_ref`, or where the script's part is known to be over.
/// Lifetime: copies are the same memory, which lives as long as anybody has it.
class shared_buffer {
public:
  /// `size` bytes, all zero. Throws `std::bad_alloc`.
  explicit shared_buffer(std::size_t size);

  shared_buffer(const shared_buffer&) noexcept = default;
  shared_buffer& operator=(const shared_buffer&) noexcept = default;

  /// Leaves `other` without bytes.
  shared_buffer(shared_buffer&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), store_(std::move(other.store_)) {
  }

  shared_buffer& operator=(shared_buffer&& other) noexcept {
    if (&other != this) {
      bytes_ = std::exchange(other.bytes_, {});
      store_ = std::move(other.store_);
    }
    return *this;
  }

  [[nodiscard]] std::span<std::byte> bytes() const noexcept {
    return bytes_;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return bytes_.size();
  }

  /// Are both the same memory?
  [[nodiscard]] friend bool operator==(const shared_buffer& a, const shared_buffer& b) noexcept {
    return a.store_ == b.store_;
  }

private:
  friend struct detail::buffer_access;

  shared_buffer(std::span<std::byte> bytes, std::shared_ptr<void> store) noexcept
    : bytes_(bytes), store_(std::move(store)) {
  }

  std::span<std::byte> bytes_;
  std::shared_ptr<void> store_; // a v8::BackingStore
};

} // namespace troupe

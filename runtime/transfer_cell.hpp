#pragma once

#include "troupe/buffer.hpp"

#include <mutex>
#include <optional>
#include <span>
#include <utility>

namespace troupe::detail {

/// The only way into a buffer besides its public face.
struct buffer_access {
  [[nodiscard]] static buffer make(std::span<std::byte> bytes, std::shared_ptr<void> owner) {
    buffer made;
    made.bytes_ = bytes;
    made.owner_ = std::move(owner);
    return made;
  }

  /// Leaves `from` empty.
  [[nodiscard]] static std::shared_ptr<void> take_owner(buffer& from) noexcept {
    from.bytes_ = {};
    return std::move(from.owner_);
  }

  [[nodiscard]] static shared_buffer share(std::span<std::byte> bytes,
                                           std::shared_ptr<void> store) noexcept {
    return {bytes, std::move(store)};
  }

  [[nodiscard]] static const std::shared_ptr<void>& store(const shared_buffer& of) noexcept {
    return of.store_;
  }
};

/// The memory of an ArrayBuffer between two owners: a value may have many copies,
/// the memory goes to the first who takes it.
///
/// Threads: any; one mutex.
class transfer_cell {
public:
  explicit transfer_cell(buffer memory) : memory_(std::move(memory)) {
  }

  [[nodiscard]] std::optional<buffer> take() {
    std::lock_guard guard{mutex_};
    return std::exchange(memory_, std::nullopt);
  }

  /// After `take`, by who could not use it.
  void give_back(buffer memory) {
    std::lock_guard guard{mutex_};
    memory_ = std::move(memory);
  }

  /// What is in it, for another process; empty when it has been taken.
  [[nodiscard]] std::optional<std::vector<std::byte>> copy() const {
    std::lock_guard guard{mutex_};
    if (!memory_)
      return std::nullopt;
    auto bytes = std::as_const(*memory_).bytes();
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  }

private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::optional<buffer> memory_;
};

} // namespace troupe::detail

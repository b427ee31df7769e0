#pragma once

#include "runtime/code_cache.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

namespace troupe::js {

class code_cache_store;

/// The code cache of one source, for all contexts that run it: the first one that
/// has run it makes the cache, the others compile from it.
///
/// Threads: any; one mutex.
class shared_code_cache {
public:
  /// Shorter sources get none: for them the making takes longer than it saves
  /// the next context.
  static constexpr std::size_t source_size_min = 1024;

  shared_code_cache() = default;

  /// The cache is looked for in `home`, and kept there.
  explicit shared_code_cache(std::weak_ptr<code_cache_store> home) : home_(std::move(home)) {
  }

  /// The cache of `code`, if there is one by now. `brought` is what the user has
  /// brought, sealed; it is tried once.
  [[nodiscard]] code_cache_ptr find(std::string_view code, std::span<const std::byte> brought);

  /// Could not be unsealed, or V8 did not take it; unset when nothing was brought
  /// or it was not tried.
  [[nodiscard]] std::optional<bool> brought_rejected() const;

  /// V8 did not take this one: it is forgotten.
  void reject(const code_cache_ptr& refused);

  /// Is the caller to make the cache? Says so once.
  [[nodiscard]] bool claim() noexcept {
    return !claimed_.exchange(true);
  }

  /// Shares what the caller has made.
  void put(code_cache_ptr made);

private:
  enum class trial : std::uint8_t { none, accepted, rejected };

  const std::weak_ptr<code_cache_store> home_;
  std::atomic<bool> claimed_{false};
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  code_cache_ptr cache_;
  trial brought_trial_ = trial::none;
  std::optional<sha256_digest> digest_; // once it was looked for at home
};

} // namespace troupe::js

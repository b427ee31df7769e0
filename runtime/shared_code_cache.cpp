#include "runtime/shared_code_cache.hpp"

#include "runtime/code_cache_store.hpp"

namespace troupe::js {

code_cache_ptr shared_code_cache::find(std::string_view code,
                                       std::span<const std::byte> brought) {
  std::lock_guard guard{mutex_};
  if (cache_)
    return cache_;
  if (!brought.empty() && brought_trial_ == trial::none) {
    cache_ = unseal(digest_of(source_kind::script, code), brought);
    brought_trial_ = cache_ ? trial::accepted : trial::rejected;
  }
  auto home = cache_ || digest_ || code.size() < source_size_min ? nullptr : home_.lock();
  if (home) {
    digest_ = digest_of(source_kind::script, code);
    cache_ = home->find(*digest_);
  }
  if (cache_)
    claimed_ = true; // good enough: nobody need make another
  return cache_;
}

std::optional<bool> shared_code_cache::brought_rejected() const {
  std::lock_guard guard{mutex_};
  if (brought_trial_ == trial::none)
    return {};
  return brought_trial_ == trial::rejected;
}

void shared_code_cache::reject(const code_cache_ptr& refused) {
  std::lock_guard guard{mutex_};
  if (cache_ != refused)
    return;
  cache_.reset();
  if (brought_trial_ == trial::accepted)
    brought_trial_ = trial::rejected;
  claimed_ = false;
}

void shared_code_cache::put(code_cache_ptr made) {
  std::unique_lock guard{mutex_};
  cache_ = made;
  auto digest = digest_;
  guard.unlock();
  if (!digest)
    return;
  if (auto home = home_.lock())
    home->save(*digest, std::move(made));
}

} // namespace troupe::js

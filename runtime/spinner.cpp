#include "runtime/spinner.hpp"

#include <algorithm>
#include <thread>

#if defined(__x86_64__)
#  include <immintrin.h>
#endif

namespace troupe::js {

namespace {

// A miss costs the whole spin and steals the core from whoever is being waited
// for; a hit saves less. After two misses in a row it takes many hits, or time,
// to try again.
constexpr int credit_max = 16;
constexpr int cost_of_miss = 8;
constexpr unsigned retry_every = 256;

} // namespace

bool spinner::worth_trying() noexcept {
  static const bool spare_core = std::thread::hardware_concurrency() > 1;
  if (!spare_core)
    return false;
  if (credit_.load(std::memory_order_relaxed) > 0)
    return true;
  return passed_.fetch_add(1, std::memory_order_relaxed) % retry_every == retry_every - 1;
}

void spinner::record(bool success) noexcept {
  auto credit = credit_.load(std::memory_order_relaxed);
  credit_.store(success ? std::min(credit + 1, credit_max) : std::max(credit - cost_of_miss, 0),
                std::memory_order_relaxed);
}

void spinner::relax() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

} // namespace troupe::js

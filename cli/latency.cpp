#include "cli/latency.hpp"

#include <hdr/hdr_histogram.h>

#include <algorithm>
#include <new>

namespace troupe::cli {

namespace {

constexpr std::int64_t longest_us = 3'600'000'000;

} // namespace

void latency::closer::operator()(hdr_histogram* histogram) const {
  hdr_close(histogram);
}

latency::latency() {
  hdr_histogram* made = nullptr;
  if (hdr_init(1, longest_us, 3, &made) != 0)
    throw std::bad_alloc{};
  histogram_.reset(made);
}

void latency::record(std::chrono::nanoseconds took) {
  auto us = std::chrono::ceil<std::chrono::microseconds>(took).count();
  hdr_record_value(histogram_.get(), std::clamp<std::int64_t>(us, 1, longest_us));
}

std::uint64_t latency::count() const noexcept {
  return static_cast<std::uint64_t>(histogram_->total_count);
}

std::chrono::microseconds latency::percentile(double percent) const {
  return std::chrono::microseconds{
    count() == 0 ? 0 : hdr_value_at_percentile(histogram_.get(), percent)};
}

} // namespace troupe::cli

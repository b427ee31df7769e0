#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

struct hdr_histogram;

namespace troupe::cli {

/// How long the runs of a kind took, to three digits.
class latency {
public:
  latency();

  void record(std::chrono::nanoseconds took);

  [[nodiscard]] std::uint64_t count() const noexcept;
  /// Zero when nothing was recorded.
  [[nodiscard]] std::chrono::microseconds percentile(double percent) const;

private:
  struct closer {
    void operator()(hdr_histogram* histogram) const;
  };
  std::unique_ptr<hdr_histogram, closer> histogram_;
};

} // namespace troupe::cli

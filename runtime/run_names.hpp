#pragma once

#include <cstdint>
#include <deque>
#include <string>

namespace troupe::js {

/// Which script file was which run of a context, for the runs of late: most run
/// the same file again and again.
///
/// Threads: one.
class run_names {
public:
  /// The next run begins.
  /// @returns its number: 1, 2, 3 …
  std::uint64_t begin(const std::string& filename);

  [[nodiscard]] std::uint64_t last() const noexcept {
    return last_;
  }

  /// The file of a run; empty when it is too long ago, or was none.
  [[nodiscard]] std::string find(std::uint64_t run) const;

private:
  struct stretch {
    std::uint64_t first;
    std::string filename;
  };

  std::deque<stretch> stretches_; // by `first`
  std::uint64_t last_ = 0;
};

} // namespace troupe::js

#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace troupe::cli {

/// How far the fleet is.
struct fleet_progress {
  std::size_t contexts = 0;
  std::size_t contexts_up = 0;
  std::uint64_t runs = 0;
  std::uint64_t runs_done = 0;
  std::uint64_t stopped = 0;
  std::uint64_t wrong = 0;
};

/// Shows it on standard error: in place on a terminal, else as a line every few
/// seconds.
///
/// Threads: any.
class progress {
public:
  enum class style { live, lines, none };

  /// What suits standard error.
  [[nodiscard]] static style natural_style();

  explicit progress(style how);
  ~progress(); // clears what was drawn

  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// Draws when it is time to.
  void show(const fleet_progress& now);

  /// A line of text, above what is drawn.
  void note(std::string_view line);

  /// No more drawing.
  void finish();

private:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] std::string drawing(const fleet_progress& now) const;
  [[nodiscard]] std::string line(const fleet_progress& now) const;
  [[nodiscard]] std::string times(const fleet_progress& now) const;
  void erase();

  const style style_;
  const bool colour_;
  const clock::time_point started_ = clock::now();

  std::mutex mutex_;
  // Guarded by mutex_.
  std::string drawn_;
  clock::time_point due_;
};

} // namespace troupe::cli

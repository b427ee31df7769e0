#pragma once

namespace troupe::js {

/// SIGINT as one run sees it that wants to be ended by it: while the hold lasts
/// the signal is the run's, and nobody else's.
///
/// Threads: any.
class sigint_hold {
public:
  sigint_hold() = default;
  virtual ~sigint_hold() = default;

  sigint_hold(const sigint_hold&) = delete;
  sigint_hold& operator=(const sigint_hold&) = delete;

  /// Has a signal come since the hold began, and before it ended?
  [[nodiscard]] virtual bool fired() const noexcept = 0;

  /// Gives the signal back: the next one is no business of this hold. Only the
  /// first call counts.
  virtual void end() noexcept = 0;
};

} // namespace troupe::js

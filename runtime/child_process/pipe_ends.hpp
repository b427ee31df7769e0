#pragma once

#include "runtime/child_process/child.hpp"

#include <cstddef>
#include <vector>

namespace troupe::js::child_process {

/// What a descriptor of a plan may be instead of a number of ours.
inline constexpr int is_ignored = -1;
inline constexpr int is_pipe = -2;

/// Our ends of the pipes that a plan asks for; the plan gets the child's.
///
/// Lifetime: the plan's at most; closes what nobody has taken.
class pipe_ends {
public:
  explicit pipe_ends(child_plan& plan);
  ~pipe_ends();

  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;

  /// 0, or a negative errno: then some of them are missing.
  [[nodiscard]] int failed() const noexcept {
    return failed_;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return ours_.size();
  }

  /// The child has its own.
  void close_theirs();

  /// Of that descriptor, -1 where there is no pipe. It belongs to the caller.
  [[nodiscard]] int take(std::size_t at);

  /// All of them; they and the child's belong to the caller.
  [[nodiscard]] std::vector<int> take_all();

private:
  child_plan& plan_;
  std::vector<int> ours_;
  bool theirs_open_ = true;
  int failed_ = 0;
};

} // namespace troupe::js::child_process

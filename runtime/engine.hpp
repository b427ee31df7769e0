#pragma once

#include "runtime/platform.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::js {

/// V8 in this process: started once, by whoever comes first, and never stopped
/// (V8 cannot be started a second time).
///
/// Threads: any.
class engine {
public:
  /// Starts V8 unless it runs. Flags are in V8's own spelling and only count at
  /// the first call.
  /// @returns the engine; unknown flags are in `rejected_flags`.
  static engine& start(const std::vector<std::string>& flags = {});

  [[nodiscard]] js::platform& platform() noexcept {
    return platform_;
  }

  [[nodiscard]] const std::vector<std::string>& rejected_flags() const noexcept {
    return rejected_flags_;
  }

  /// V8's version, e.g. `13.6.233.17-node.37`.
  [[nodiscard]] static std::string_view version() noexcept;

  /// Tells the file that V8's code comes from apart from all others: its build id
  /// (ELF's NT_GNU_BUILD_ID), or, when it was linked without one, its path, size
  /// and time.
  [[nodiscard]] static const std::string& build_id();

private:
  explicit engine(const std::vector<std::string>& flags);

  js::platform platform_;
  std::vector<std::string> rejected_flags_;
};

} // namespace troupe::js

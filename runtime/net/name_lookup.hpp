#pragma once

#include <string>
#include <vector>

namespace troupe::js::net {

/// Which addresses a host has. It may take as long as the system's resolver does, so it is done
/// on another thread; unlike libuv's own, it is not waited for when a loop ends.
struct name_lookup {
  std::string host{};
  int family = 0; ///< 4, 6 or 0 for both.

  int status = 0; ///< 0 or `UV_EAI_…`
  /// In the system's order, without duplicates.
  std::vector<std::string> addresses{};

  /// Blocks.
  void run();
};

} // namespace troupe::js::net

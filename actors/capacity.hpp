#pragma once

#include "troupe/result.hpp"

#include <cstddef>
#include <string>

namespace troupe::actors {

/// What the process has left for contexts.
struct process_resources {
  std::size_t descriptors_free = 0;
  std::size_t memory_maps_free = 0;
  std::size_t memory_free_mib = 0;
  std::size_t threads_free = 0;
};

/// Reads limits and use from the system; raises the soft limit of open
/// descriptors to the hard one first.
[[nodiscard]] process_resources measure_resources();

/// Throws std::system_error, which says what is short, when a runtime cannot have the threads
/// and descriptors that it is made of: CAF and V8 end the process, or wait for ever, when the
/// system refuses them. Tries, for there is no other way to know.
void require_resources_of_a_runtime();

/// How many contexts may live at once, and how many do. V8 ends the process when
/// it runs out of descriptors, memory maps or table space, so the question is
/// asked before.
///
/// Pure logic, one thread.
class capacity {
public:
  /// `wished` = 0: as many as `resources` allow; else the smaller of both.
  capacity(std::size_t wished, const process_resources& resources);

  /// Takes one place, or says why there is none.
  [[nodiscard]] result<void> take();

  void give_back() noexcept {
    --used_;
  }

  [[nodiscard]] std::size_t most() const noexcept {
    return most_;
  }

  [[nodiscard]] std::size_t used() const noexcept {
    return used_;
  }

private:
  std::size_t most_;
  std::size_t used_ = 0;
  std::string bound_by_; ///< Which resource is the first to run out.
};

} // namespace troupe::actors

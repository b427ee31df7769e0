#pragma once

#include "runtime/sigint_hold.hpp"

#include <memory>

namespace troupe::actors {

/// SIGINT for the whole process, while anybody wants it.
///
/// While at least one hold lasts, the process's own handler is off and the
/// signal goes to all holds and all subscribed descriptors; afterwards the
/// previous handler is back (`breakOnSigint` in the documentation of `node:vm`).
/// No signal is lost between the two: each is seen by every hold of its moment,
/// or, when there is none, by the previous handler. This is plain `sigaction`:
/// libuv's signal handles would leave other handlers on, and would put back the
/// default instead of what was there.
///
/// Threads: any.
class sigint_trap {
public:
  /// Ends with the last copy, or when `end` is called.
  [[nodiscard]] static std::shared_ptr<js::sigint_hold> hold();

  /// An eventfd that is written to at each SIGINT during a hold. Up to 64 may be
  /// subscribed at once. @returns false when there is no more room.
  [[nodiscard]] static bool subscribe(int eventfd);

  /// After this the descriptor is not written to and may be closed.
  static void unsubscribe(int eventfd);
};

} // namespace troupe::actors

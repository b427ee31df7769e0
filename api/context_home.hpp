#pragma once

#include "actors/client.hpp"
#include "api/callback_queue.hpp"

#include <memory>

namespace troupe::detail {

/// What every handle to a context and to its objects shares.
///
/// Threads:  immutable once the context has started, before which no script runs.
/// Lifetime: shared by the handles and the context itself.
struct context_home {
  std::shared_ptr<callback_queue> callbacks;
  std::shared_ptr<actors::client> client;
  std::shared_ptr<actors::context_link> link{};
};

} // namespace troupe::detail

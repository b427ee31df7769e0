#pragma once

#include "api/context_home.hpp"
#include "troupe/context.hpp"

#include <memory>

namespace troupe::detail {

/// Starts a context; refuses options that V8 cannot work with.
[[nodiscard]] future<context> spawn_context(const std::shared_ptr<callback_queue>& callbacks,
                                            const std::shared_ptr<actors::client>& client,
                                            context_options options, bool internal = false);

} // namespace troupe::detail

#pragma once

#include "troupe/error.hpp"
#include "troupe/module_source.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::js {

/// Names what a request asks for.
[[nodiscard]] std::string key_of(const module_request& request);

/// Names a module in the module map (https://html.spec.whatwg.org/#module-map).
[[nodiscard]] std::string key_of(module_kind kind, std::string_view identifier);

/// What is wrong with a request before anybody has looked for it. `any_type`: whoever looks for
/// it judges the attribute `type`.
[[nodiscard]] std::optional<error> check(const module_request& request, bool any_type = false);

/// What is wrong with a source that came for a request whose attributes want another type.
[[nodiscard]] std::optional<error> check_type(const module_request& request,
                                              const module_source& source);

} // namespace troupe::js

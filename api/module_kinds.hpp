#pragma once

#include "troupe/module_source.hpp"
#include "troupe/result.hpp"

#include <optional>
#include <string_view>

namespace troupe::detail {

/// The kind that a name's extension tells: nothing when it tells none.
[[nodiscard]] std::optional<module_kind> kind_by_extension(std::string_view name);

/// As messages name it: `json`.
[[nodiscard]] std::string_view kind_name(module_kind kind) noexcept;

/// What an import gives of a module that by its name is `natural`.
///
/// The attribute `type` may be `json`, `text` or `bytes`. Anything can be had as text
/// or bytes; JSON and text must be asked for, so that what was expected to be data
/// never runs (https://tc39.es/proposal-import-attributes/).
/// @returns nothing when neither the name nor the attribute tells.
[[nodiscard]] result<std::optional<module_kind>> imported_kind(
  const module_request& request, std::optional<module_kind> natural);

} // namespace troupe::detail

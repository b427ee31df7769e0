#pragma once

#include "api/ordered_json.hpp"
#include "troupe/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::detail {

/// A value in `exports` or `imports`.
using package_target = ordered_json;

enum class package_type : std::uint8_t { none, module, commonjs };

/// What matters of a package.json
/// (https://nodejs.org/api/packages.html#nodejs-packagejson-field-definitions).
struct package_config {
  std::optional<std::string> name{};
  std::optional<std::string> main{};
  package_type type = package_type::none;
  std::optional<package_target> exports{}; ///< Not when null.
  std::optional<package_target> imports{}; ///< Only an object.
};

/// @returns `invalid_package_config` when it is no JSON, or nested too deeply; the message
/// says where, not in which file. JSON that is no object says nothing.
[[nodiscard]] result<package_config> parse_package_config(std::string_view json);

} // namespace troupe::detail

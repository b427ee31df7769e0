#pragma once

#include "api/package_config.hpp"
#include "troupe/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace troupe::detail {

/// Where `exports` or `imports` lead.
struct target_match {
  enum class form : std::uint8_t {
    undefined, ///< No condition matches.
    null,      ///< It is explicitly not to be had.
    target,
  };

  form is = form::undefined;
  std::string text{}; ///< Relative to the package's folder, from `./` on, or
  bool bare = false;  ///< the specifier of another package.
};

/// What a package exports as `subpath`, which is `.` or begins with `./`
/// (https://nodejs.org/api/esm.html#resolution-algorithm-specification,
/// PACKAGE_EXPORTS_RESOLVE).
///
/// Errors: `invalid_package_config`, `invalid_package_target`,
///         `invalid_module_specifier`; the messages name no file.
[[nodiscard]] result<target_match> match_exports(const package_target& exports,
                                                 std::string_view subpath,
                                                 std::span<const std::string> conditions);

/// The same for a specifier that begins with `#` (PACKAGE_IMPORTS_RESOLVE).
[[nodiscard]] result<target_match> match_imports(const package_target& imports,
                                                 std::string_view specifier,
                                                 std::span<const std::string> conditions);

} // namespace troupe::detail

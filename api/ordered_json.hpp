#pragma once

#include "troupe/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::detail {

/// JSON as far as package.json and import maps need it: the keys of an object keep the
/// order of the text, numbers and booleans keep nothing.
struct ordered_json {
  enum class form : std::uint8_t { other, null, text, list, object };

  form is = form::other;
  std::string text{};
  std::vector<std::string> keys{};   ///< Of an object.
  std::vector<ordered_json> items{}; ///< Of a list, or beside the keys.

  /// The value of `key`; null when there is none.
  [[nodiscard]] const ordered_json* find(std::string_view key) const;
};

/// @returns an error with `code` when the text does not parse, or is nested too
/// deeply.
[[nodiscard]] result<ordered_json> parse_ordered_json(std::string_view text, errc code);

} // namespace troupe::detail

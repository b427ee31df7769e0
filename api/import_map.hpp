#pragma once

#include "api/ordered_json.hpp"
#include "troupe/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::detail {

/// An import map (https://html.spec.whatwg.org/multipage/webappapis.html#import-maps).
class import_map {
public:
  /// @returns `invalid_argument` when the text is no import map. What the standard only
  /// warns of is passed over.
  [[nodiscard]] static result<import_map> parse(std::string_view json, std::string base_url);

  /// The URL that a specifier is mapped to; nothing when it is not mapped. A referrer that is
  /// no URL counts as the base URL.
  /// @returns `invalid_module_specifier` when an entry forbids it.
  [[nodiscard]] result<std::optional<std::string>> resolve(std::string_view specifier,
                                                           std::string_view referrer) const;

private:
  struct entry {
    std::string key;
    std::optional<std::string> address; ///< Nothing: whoever asks is refused.
  };
  using specifier_map = std::vector<entry>; ///< Longer keys before their beginnings.

  [[nodiscard]] static specifier_map normalized(const ordered_json& from,
                                                std::string_view base_url);
  [[nodiscard]] static result<std::optional<std::string>> match(const specifier_map& map,
                                                                std::string_view specifier,
                                                                bool prefixes);

  std::string base_url_;
  specifier_map imports_;
  std::vector<std::pair<std::string, specifier_map>> scopes_; ///< In the same order.
};

} // namespace troupe::detail

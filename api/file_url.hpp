#pragma once

#include "troupe/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::detail {

/// What a URL of the scheme `file:` says.
struct file_url {
  std::string path{};   ///< Percent-decoded, from `/` on.
  std::string suffix{}; ///< `?query#fragment`, as it stands.
};

/// `text` as a URL (https://url.spec.whatwg.org/), taken relative to `base` when it is
/// relative; nothing when it is no URL. An empty base is none.
[[nodiscard]] std::optional<std::string> resolved_url(std::string_view text,
                                                      std::string_view base = {});

/// `file:///a%20b` for `/a b`.
[[nodiscard]] std::string url_of_path(std::string_view path);

/// The scheme in front of the colon; empty when it is no URL.
[[nodiscard]] std::string_view scheme_of(std::string_view url);

/// @returns `invalid_module_specifier` for a URL of a host, with an encoded `/` or
/// `\` (https://nodejs.org/api/esm.html#resolution-algorithm-specification) or
/// an encoded NUL. The scheme must be `file`.
[[nodiscard]] result<file_url> parse_file_url(std::string_view url);

/// Each `%xx` as the byte that it stands for.
[[nodiscard]] std::string percent_decoded(std::string_view text);

/// Without `//`, `/./` and `/../`, and without a slash at the end unless it is all. The path
/// must be absolute.
[[nodiscard]] std::string normal_path(std::string_view path);

/// Is `path` the folder or something in it, going by names? Both must be normal.
[[nodiscard]] bool lies_within(std::string_view path, std::string_view folder);

/// The folder that holds `path`; of `/` it is `/`.
[[nodiscard]] std::string_view parent_path(std::string_view path);

} // namespace troupe::detail

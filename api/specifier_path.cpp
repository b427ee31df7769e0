#include "api/specifier_path.hpp"

#include <algorithm>
#include <vector>

namespace troupe::detail {

namespace {

/// The length of `scheme:` and `//host` in front of a URL's path; 0 for names without
/// both, `vm:module(0)` among them.
std::size_t origin_size(std::string_view name) {
  auto colon = name.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > name.find_first_of("/?#"))
    return 0;
  auto path = name.substr(colon + 1);
  if (!path.starts_with('/'))
    return 0;
  if (!path.starts_with("//"))
    return colon + 1;
  return colon + 1 + std::min(path.find_first_of("/?#", 2), path.size());
}

} // namespace

std::string resolved_specifier(std::string_view specifier, std::string_view referrer) {
  bool absolute = specifier.starts_with('/');
  if (!absolute && !specifier.starts_with("./") && !specifier.starts_with("../"))
    return std::string{specifier};

  auto origin = referrer.substr(0, origin_size(referrer));
  auto base = referrer.substr(origin.size());
  base = base.substr(0, base.find_first_of("?#"));
  base = base.substr(0, base.rfind('/') + 1); // npos + 1 == 0
  if (absolute)
    base = {};
  // What follows `?` or `#` is part of the name and no path.
  auto path = specifier.substr(0, specifier.find_first_of("?#"));
  auto rest = specifier.substr(path.size());
  bool rooted = absolute || base.starts_with('/') || !origin.empty();

  std::vector<std::string_view> parts;
  for (auto piece : {base, path})
    while (!piece.empty()) {
      auto slash = std::min(piece.find('/'), piece.size());
      auto part = piece.substr(0, slash);
      piece.remove_prefix(std::min(slash + 1, piece.size()));
      if (part == "..") {
        if (!parts.empty())
          parts.pop_back();
      } else if (!part.empty() && part != ".") {
        parts.push_back(part);
      }
    }

  std::string resolved{origin};
  for (auto part : parts) {
    if (rooted || resolved.size() > origin.size())
      resolved += '/';
    resolved += part;
  }
  if (parts.empty() && rooted)
    resolved += '/';
  return resolved.append(rest);
}

} // namespace troupe::detail

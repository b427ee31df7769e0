#include "api/specifier_path.hpp"

#include <algorithm>

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

  std::string resolved;
  resolved.reserve(referrer.size() + specifier.size() + 1);
  resolved += origin;
  if (rooted)
    resolved += '/';
  auto top = resolved.size(); // no `..` climbs above
  for (auto piece : {base, path})
    while (!piece.empty()) {
      auto slash = std::min(piece.find('/'), piece.size());
      auto part = piece.substr(0, slash);
      piece.remove_prefix(std::min(slash + 1, piece.size()));
      if (part == "..") {
        auto parent = resolved.rfind('/');
        resolved.resize(parent == std::string::npos ? top : std::max(parent, top));
      } else if (!part.empty() && part != ".") {
        if (resolved.size() > top)
          resolved += '/';
        resolved += part;
      }
    }
  return resolved.append(rest);
}

} // namespace troupe::detail

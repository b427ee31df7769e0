#include "api/import_map.hpp"

#include "api/file_url.hpp"
#include "api/import_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace troupe::detail {

namespace {

using form = ordered_json::form;

error no_map(std::string_view why) {
  return {.code = errc::invalid_argument, .message = fmt::format("import map: {}", why)};
}

/// https://html.spec.whatwg.org/multipage/webappapis.html#resolving-a-url-like-module-specifier
std::optional<std::string> url_like(std::string_view specifier, std::string_view base_url) {
  bool relative =
    specifier.starts_with('/') || specifier.starts_with("./") || specifier.starts_with("../");
  return resolved_url(specifier, relative ? base_url : std::string_view{});
}

/// https://url.spec.whatwg.org/#is-special
bool is_special(std::string_view url) {
  constexpr std::array<std::string_view, 6> schemes{"file", "http", "https", "ws", "wss", "ftp"};
  return std::ranges::find(schemes, scheme_of(url)) != schemes.end();
}

error forbidden(std::string_view specifier, std::string_view why) {
  return {.code = errc::invalid_module_specifier,
          .message = fmt::format("the import map {} {}", why, in_quotes(specifier))};
}

} // namespace

// https://html.spec.whatwg.org/multipage/webappapis.html#parse-an-import-map-string
result<import_map> import_map::parse(std::string_view json, std::string base_url) {
  if (!resolved_url(base_url))
    return no_map(fmt::format("the base {} is no URL", in_quotes(base_url)));
  auto root = parse_ordered_json(json, errc::invalid_argument);
  if (!root)
    return no_map(root.error().message);
  if (root->is != form::object)
    return no_map("it is no object");
  for (const auto* key : {"imports", "scopes", "integrity"})
    if (auto* found = root->find(key); found && found->is != form::object)
      return no_map(fmt::format("\"{}\" is no object", key));

  import_map map;
  if (auto* imports = root->find("imports"))
    map.imports_ = normalized(*imports, base_url);
  if (auto* scopes = root->find("scopes"))
    for (std::size_t i = 0; i < scopes->keys.size(); ++i) {
      if (scopes->items[i].is != form::object)
        return no_map(fmt::format("scope {} is no object", in_quotes(scopes->keys[i])));
      if (auto prefix = resolved_url(scopes->keys[i], base_url))
        map.scopes_.emplace_back(*std::move(prefix), normalized(scopes->items[i], base_url));
    }
  std::ranges::stable_sort(map.scopes_, std::greater{},
                           &decltype(map.scopes_)::value_type::first);
  map.base_url_ = std::move(base_url);
  return map;
}

// https://html.spec.whatwg.org/multipage/webappapis.html#sorting-and-normalizing-a-module-specifier-map
import_map::specifier_map import_map::normalized(const ordered_json& from,
                                                 std::string_view base_url) {
  specifier_map map;
  for (std::size_t i = 0; i < from.keys.size(); ++i) {
    if (from.keys[i].empty())
      continue;
    auto key = url_like(from.keys[i], base_url).value_or(from.keys[i]);
    std::optional<std::string> address;
    if (from.items[i].is == form::text)
      address = url_like(from.items[i].text, base_url);
    if (address && key.ends_with('/') && !address->ends_with('/'))
      address.reset();
    auto known = std::ranges::find(map, key, &entry::key);
    if (known == map.end())
      map.push_back({std::move(key), std::move(address)});
    else
      known->address = std::move(address);
  }
  std::ranges::sort(map, std::greater{}, &entry::key);
  return map;
}

// https://html.spec.whatwg.org/multipage/webappapis.html#resolve-a-module-specifier
result<std::optional<std::string>> import_map::resolve(std::string_view specifier,
                                                       std::string_view referrer) const {
  auto base = resolved_url(referrer).value_or(base_url_);
  auto url = url_like(specifier, base);
  auto name = url.value_or(std::string{specifier});
  bool prefixes = !url || is_special(*url);
  for (const auto& [prefix, map] : scopes_) {
    if (base != prefix && !(prefix.ends_with('/') && base.starts_with(prefix)))
      continue;
    auto found = match(map, name, prefixes);
    if (!found || *found)
      return found;
  }
  return match(imports_, name, prefixes);
}

// https://html.spec.whatwg.org/multipage/webappapis.html#resolving-an-imports-match
result<std::optional<std::string>> import_map::match(const specifier_map& map,
                                                     std::string_view specifier, bool prefixes) {
  for (const auto& [key, address] : map) {
    bool exact = key == specifier;
    if (!exact && !(prefixes && key.ends_with('/') && specifier.starts_with(key)))
      continue;
    if (!address)
      return forbidden(specifier, "gives no usable address for");
    if (exact)
      return std::optional{*address};
    auto url = resolved_url(specifier.substr(key.size()), *address);
    if (!url || !url->starts_with(*address))
      return forbidden(
        specifier, fmt::format("does not let {} lead out of its address, as in", in_quotes(key)));
    return url;
  }
  return std::optional<std::string>{};
}

} // namespace troupe::detail

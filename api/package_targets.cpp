#include "api/package_targets.hpp"

#include "api/file_url.hpp"
#include "api/import_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::detail {

namespace {

using target_form = package_target::form;

// A target with `*` replaced must still be a path.
constexpr std::size_t target_size_max = 16384;

/// A key of `exports` or `imports` that fits, and what its `*` stands for.
struct key_match {
  const package_target* target = nullptr;
  std::optional<std::string_view> star{};
};

/// What is asked for, for messages and for the choices on the way.
struct asked {
  std::string_view key;
  std::optional<std::string_view> star;
  bool imports;
  std::span<const std::string> conditions;
};

error invalid_target(const asked& what, std::string_view target, std::string_view why) {
  return {.code = errc::invalid_package_target,
          .message = fmt::format("target {} of '{}' {}", in_quotes(target), what.key, why)};
}

/// Has it an empty, `.`, `..` or `node_modules` segment, encoded or not?
bool has_forbidden_segment(std::string_view path) {
  for (;;) {
    auto end = std::min(path.find_first_of("/\\"), path.size());
    auto segment = percent_decoded(path.substr(0, end));
    std::ranges::transform(segment, segment.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    });
    if (segment.empty() || segment == "." || segment == ".." || segment == "node_modules")
      return true;
    if (end == path.size())
      return false;
    path.remove_prefix(end + 1);
  }
}

/// A key that is an index of an array (https://tc39.es/ecma262/#array-index) has no
/// place of its own in the order of an object's keys.
bool is_array_index(std::string_view key) {
  return !key.empty() && key.size() <= 10 && (key == "0" || key[0] != '0')
         && std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; })
         && std::stoull(std::string{key}) < 0xFFFF'FFFFULL;
}

/// @returns nothing when it would be too long.
std::optional<std::string> with_star(std::string_view pattern, std::string_view star) {
  auto stars = static_cast<std::size_t>(std::ranges::count(pattern, '*'));
  if (pattern.size() + stars * star.size() > target_size_max)
    return {};
  std::string filled;
  for (char c : pattern)
    if (c == '*')
      filled += star;
    else
      filled += c;
  return filled;
}

result<target_match> resolve_text(const std::string& target, const asked& what) {
  auto filled = what.star ? with_star(target, *what.star) : std::optional{target};
  if (!filled)
    return invalid_target(what, target, "is too long");
  if (!target.starts_with("./")) {
    if (!what.imports || target.starts_with("../") || target.starts_with('/')
        || resolved_url(target))
      return invalid_target(what, target, "does not begin with \"./\"");
    return target_match{
      .is = target_match::form::target, .text = *std::move(filled), .bare = true};
  }
  if (has_forbidden_segment(std::string_view{target}.substr(2)))
    return invalid_target(what, target,
                          "has an empty, \".\", \"..\" or \"node_modules\" segment");
  if (what.star && has_forbidden_segment(*what.star))
    return error{.code = errc::invalid_module_specifier,
                 .message = fmt::format("'{}' has an empty, \".\", \"..\" or \"node_modules\" "
                                        "segment where a pattern matches",
                                        what.key)};
  return target_match{.is = target_match::form::target, .text = *std::move(filled)};
}

result<target_match> resolve(const package_target& target, const asked& what);

result<target_match> resolve_conditions(const package_target& target, const asked& what) {
  for (const auto& key : target.keys)
    if (is_array_index(key))
      return error{.code = errc::invalid_package_config,
                   .message = fmt::format("conditions may not be numbers, as '{}' of '{}' is",
                                          key, what.key)};
  for (std::size_t i = 0; i < target.keys.size(); ++i) {
    if (target.keys[i] != "default"
        && std::ranges::find(what.conditions, target.keys[i]) == what.conditions.end())
      continue;
    auto found = resolve(target.items[i], what);
    if (!found || found->is != target_match::form::undefined)
      return found;
  }
  return target_match{};
}

result<target_match> resolve_list(const package_target& target, const asked& what) {
  result<target_match> last = target_match{.is = target_match::form::null};
  for (const auto& item : target.items) {
    auto found = resolve(item, what);
    if (!found && found.error().code != errc::invalid_package_target)
      return found;
    if (found && found->is == target_match::form::target)
      return found;
    if (!found || found->is == target_match::form::null)
      last = std::move(found);
  }
  return last;
}

// PACKAGE_TARGET_RESOLVE
result<target_match> resolve(const package_target& target, const asked& what) {
  switch (target.is) {
    case target_form::text:
      return resolve_text(target.text, what);
    case target_form::object:
      return resolve_conditions(target, what);
    case target_form::list:
      return resolve_list(target, what);
    case target_form::null:
      return target_match{.is = target_match::form::null};
    case target_form::other:
      break;
  }
  return invalid_target(what, "", "is no string, list, object or null");
}

/// The key that fits best: itself, else the pattern with the longest text before its
/// `*`, of those the longest (PATTERN_KEY_COMPARE).
key_match best_key(const package_target& keys, std::string_view asked_for) {
  if (asked_for.find('*') == std::string_view::npos)
    if (auto* exact = keys.find(asked_for))
      return {.target = exact};
  key_match best;
  std::pair<std::size_t, std::size_t> best_rank;
  for (std::size_t i = 0; i < keys.keys.size(); ++i) {
    std::string_view key = keys.keys[i];
    auto star = key.find('*');
    if (star == std::string_view::npos || star != key.rfind('*'))
      continue;
    auto base = key.substr(0, star);
    auto trailer = key.substr(star + 1);
    if (!asked_for.starts_with(base) || asked_for.size() == base.size()
        || !asked_for.ends_with(trailer) || (!trailer.empty() && asked_for.size() < key.size()))
      continue;
    std::pair rank{star, key.size()};
    if (best.target != nullptr && rank <= best_rank)
      continue;
    best_rank = rank;
    best = {.target = &keys.items[i],
            .star =
              asked_for.substr(base.size(), asked_for.size() - base.size() - trailer.size())};
  }
  return best;
}

// PACKAGE_IMPORTS_EXPORTS_RESOLVE
result<target_match> match_keys(const package_target& keys, std::string_view asked_for,
                                bool imports, std::span<const std::string> conditions) {
  if (asked_for.ends_with('/'))
    return error{.code = errc::invalid_module_specifier,
                 .message =
                   fmt::format("{} ends in \"/\", which no entry may", in_quotes(asked_for))};
  auto best = best_key(keys, asked_for);
  if (best.target == nullptr)
    return target_match{.is = target_match::form::null};
  return resolve(*best.target, {asked_for, best.star, imports, conditions});
}

} // namespace

result<target_match> match_exports(const package_target& exports, std::string_view subpath,
                                   std::span<const std::string> conditions) {
  if (exports.is == target_form::other)
    return target_match{};
  bool object = exports.is == target_form::object;
  auto paths =
    object
      ? std::ranges::count_if(exports.keys, [](const auto& key) { return key.starts_with('.'); })
      : 0;
  if (paths != 0 && static_cast<std::size_t>(paths) != exports.keys.size())
    return error{.code = errc::invalid_package_config,
                 .message = "\"exports\" mix paths, which begin with \".\", and conditions"};
  if (subpath == ".") {
    auto* main = paths == 0 ? &exports : exports.find(".");
    if (main == nullptr)
      return target_match{};
    return resolve(*main, {subpath, {}, false, conditions});
  }
  if (!object || (paths == 0 && !exports.keys.empty()))
    return target_match{};
  return match_keys(exports, subpath, false, conditions);
}

result<target_match> match_imports(const package_target& imports, std::string_view specifier,
                                   std::span<const std::string> conditions) {
  return match_keys(imports, specifier, true, conditions);
}

} // namespace troupe::detail

#include "cli/value_difference.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::cli {

namespace {

std::string shown(const value& item) {
  constexpr std::size_t longest = 60;
  auto text = item.to_string();
  if (text.size() > longest) {
    auto cut = longest;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80)
      --cut; // not inside a character
    text.resize(cut);
    text += "…";
  }
  return text;
}

std::string difference_at(const std::string& path, const value& is, const value& should_be) {
  if (is == should_be)
    return {};
  auto both = [&](value_kind kind) { return is.is(kind) && should_be.is(kind); };
  if (both(value_kind::array)) {
    for (std::size_t i = 0; i < std::max(is.size(), should_be.size()); ++i)
      if (auto found = difference_at(fmt::format("{}[{}]", path, i), is[i], should_be[i]);
          !found.empty())
        return found;
  } else if (both(value_kind::object)) {
    for (const auto& [key, item] : should_be.members())
      if (auto found = difference_at(path + "." + key, is[key], item); !found.empty())
        return found;
    for (const auto& [key, item] : is.members())
      if (!should_be.contains(key))
        return fmt::format("{}.{} is {}, but should not be there", path, key, shown(item));
  }
  return fmt::format("{} is {}, not {}", path.empty() ? "the result" : path, shown(is),
                     shown(should_be));
}

} // namespace

std::string difference(const value& is, const value& should_be) {
  return difference_at({}, is, should_be);
}

} // namespace troupe::cli

#include "api/import_text.hpp"

#include <fmt/format.h>

namespace troupe::detail {

namespace {

// Longer than file names may be on most systems.
constexpr std::size_t shown_max = 400;

bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

} // namespace

std::string in_quotes(std::string_view text) {
  if (text.size() <= shown_max)
    return fmt::format("'{}'", text);
  auto end = shown_max;
  while (end > shown_max - 4 && continues_a_character(text[end]))
    --end;
  return fmt::format("'{}…' ({} bytes)", text.substr(0, end), text.size());
}

std::string import_text(const module_request& request) {
  auto specifier = in_quotes(request.specifier);
  return request.referrer.empty()
           ? specifier
           : fmt::format("{} imported from {}", specifier, in_quotes(request.referrer));
}

} // namespace troupe::detail

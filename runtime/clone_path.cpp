#include "runtime/clone_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace troupe::js {

namespace {

// A hostile key may be as long as it likes, a message may not.
constexpr std::size_t key_bytes_max = 200;

bool is_identifier(std::string_view text) {
  auto part = [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) || c == '_' || c == '$';
  };
  return !text.empty() && std::ranges::all_of(text, part)
         && !std::isdigit(static_cast<unsigned char>(text[0]));
}

/// Not in the middle of a character.
std::string_view shortened(std::string_view utf8) {
  auto size = key_bytes_max;
  while (size > 0 && (static_cast<unsigned char>(utf8[size]) & 0xC0) == 0x80)
    --size;
  return utf8.substr(0, size);
}

} // namespace

void append_key(std::string& path, std::string_view utf8) {
  bool whole = utf8.size() <= key_bytes_max;
  if (whole && is_identifier(utf8)) {
    path += '.';
    path += utf8;
    return;
  }
  path += "[\"";
  for (char c : whole ? utf8 : shortened(utf8)) {
    if (c == '"' || c == '\\')
      path += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      path += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      path += c;
  }
  path += whole ? "\"]" : "…\"]";
}

void append_index(std::string& path, double index) {
  path += fmt::format("[{}]", index);
}

} // namespace troupe::js

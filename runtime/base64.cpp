#include "runtime/base64.hpp"

#include <array>

namespace troupe::js {

namespace {

constexpr std::string_view standard_digits =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::int8_t none = -1;

constexpr auto value_of = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(none);
  for (std::size_t i = 0; i < 64; ++i)
    table[static_cast<unsigned char>(standard_digits[i])] = static_cast<std::int8_t>(i);
  return table;
}();

/// Gathers digits, gives bytes.
class byte_maker {
public:
  void add(std::uint32_t digit) {
    bits_ = (bits_ << 6 | digit) & 0xFFFF;
    count_ += 6;
    if (count_ >= 8) {
      count_ -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits_ >> count_));
    }
  }

  std::vector<std::uint8_t> bytes;

private:
  std::uint32_t bits_ = 0;
  unsigned count_ = 0;
};

} // namespace

std::string base64_encode(std::span<const std::uint8_t> bytes, base64_alphabet alphabet) {
  auto digits = alphabet == base64_alphabet::url ? url_digits : standard_digits;
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto left = bytes.size() - i;
    std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16;
    if (left > 1)
      group |= static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    if (left > 2)
      group |= bytes[i + 2];
    text += digits[group >> 18];
    text += digits[group >> 12 & 63];
    if (left > 1)
      text += digits[group >> 6 & 63];
    else if (alphabet == base64_alphabet::standard)
      text += '=';
    if (left > 2)
      text += digits[group & 63];
    else if (alphabet == base64_alphabet::standard)
      text += '=';
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text) {
  byte_maker made;
  made.bytes.reserve(text.size() / 4 * 3);
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r')
      continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    auto digit = value_of[static_cast<unsigned char>(c)];
    if (digit == none || padding != 0)
      return std::nullopt;
    ++digits;
    made.add(static_cast<std::uint32_t>(digit));
  }
  if (digits % 4 == 1 || padding > 2 || (padding != 0 && (digits + padding) % 4 != 0))
    return std::nullopt;
  return std::move(made.bytes);
}

std::vector<std::uint8_t> base64_decode_loosely(std::string_view text) {
  byte_maker made;
  made.bytes.reserve(text.size() / 4 * 3);
  for (char c : text) {
    if (c == '=')
      break;
    auto digit = value_of[static_cast<unsigned char>(c == '-' ? '+' : c == '_' ? '/' : c)];
    if (digit != none)
      made.add(static_cast<std::uint32_t>(digit));
  }
  return std::move(made.bytes);
}

} // namespace troupe::js

#include "runtime/base64.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::js {

namespace {

constexpr std::string_view standard_digits =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t none = 0xFF;

constexpr auto value_of = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(none);
  for (std::size_t i = 0; i < 64; ++i)
    table[static_cast<unsigned char>(standard_digits[i])] = static_cast<std::uint8_t>(i);
  return table;
}();

/// Of either alphabet.
constexpr auto loose_value_of = [] {
  auto table = value_of;
  table['-'] = 62;
  table['_'] = 63;
  return table;
}();

using digit_pairs = std::array<std::array<char, 2>, 4096>;

/// Two digits at a time.
constexpr digit_pairs pairs_of(std::string_view digits) {
  digit_pairs table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = {digits[i >> 6], digits[i & 63]};
  return table;
}

constexpr auto standard_pairs = pairs_of(standard_digits);
constexpr auto url_pairs = pairs_of(url_digits);

/// Gathers digits, gives bytes.
class byte_maker {
public:
  explicit byte_maker(std::size_t digits_max) : bytes_(digits_max / 4 * 3 + 3) {
  }

  void add(std::uint32_t digit) {
    bits_ = (bits_ << 6 | digit) & 0xFFFF;
    count_ += 6;
    if (count_ >= 8) {
      count_ -= 8;
      bytes_[size_++] = static_cast<std::uint8_t>(bits_ >> count_);
    }
  }

  /// Groups of four digits, up to one that has something else. @returns characters taken.
  std::size_t add_groups(std::string_view text, const std::array<std::uint8_t, 256>& values) {
    auto value = [&](std::size_t i) -> std::uint32_t {
      return values[static_cast<unsigned char>(text[i])];
    };
    std::size_t i = 0;
    for (; count_ == 0 && i + 4 <= text.size(); i += 4) {
      auto a = value(i);
      auto b = value(i + 1);
      auto c = value(i + 2);
      auto d = value(i + 3);
      if ((a | b | c | d) > 63)
        break;
      auto group = a << 18 | b << 12 | c << 6 | d;
      bytes_[size_] = static_cast<std::uint8_t>(group >> 16);
      bytes_[size_ + 1] = static_cast<std::uint8_t>(group >> 8);
      bytes_[size_ + 2] = static_cast<std::uint8_t>(group);
      size_ += 3;
    }
    return i;
  }

  [[nodiscard]] std::vector<std::uint8_t> take() {
    bytes_.resize(size_);
    return std::move(bytes_);
  }

private:
  std::vector<std::uint8_t> bytes_;
  std::size_t size_ = 0;
  std::uint32_t bits_ = 0;
  unsigned count_ = 0;
};

} // namespace

std::string base64_encode(std::span<const std::uint8_t> bytes, base64_alphabet alphabet) {
  bool url = alphabet == base64_alphabet::url;
  const auto& pairs = url ? url_pairs : standard_pairs;
  auto left = bytes.size() % 3;
  auto whole = bytes.size() - left;
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  auto* to = text.data();
  auto put = [&](std::uint32_t pair) { to = std::copy_n(pairs[pair].data(), 2, to); };
  auto byte = [&](std::size_t i) { return std::uint32_t{bytes[i]}; };
  for (std::size_t i = 0; i < whole; i += 3) {
    auto group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    put(group >> 12);
    put(group & 4095);
  }
  if (left == 0)
    return text;
  put(byte(whole) << 4 | (left > 1 ? byte(whole + 1) >> 4 : 0));
  if (left > 1)
    *to++ = pairs[(byte(whole + 1) & 15) << 2][1];
  if (url)
    text.resize(static_cast<std::size_t>(to - text.data()));
  return text;
}

std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text) {
  byte_maker made{text.size()};
  auto start = made.add_groups(text, value_of);
  auto digits = start;
  std::size_t padding = 0;
  for (char c : text.substr(start)) {
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
    made.add(digit);
  }
  if (digits % 4 == 1 || padding > 2 || (padding != 0 && (digits + padding) % 4 != 0))
    return std::nullopt;
  return made.take();
}

std::vector<std::uint8_t> base64_decode_loosely(std::string_view text) {
  byte_maker made{text.size()};
  for (std::size_t i = made.add_groups(text, loose_value_of); i < text.size(); ++i) {
    if (text[i] == '=')
      break;
    auto digit = loose_value_of[static_cast<unsigned char>(text[i])];
    if (digit == none)
      continue;
    made.add(digit);
    // After a line break in the middle of it.
    i += made.add_groups(text.substr(i + 1), loose_value_of);
  }
  return made.take();
}

} // namespace troupe::js

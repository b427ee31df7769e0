#include "runtime/unicode.hpp"

namespace troupe::js {

namespace {

constexpr char16_t replacement = u'\uFFFD';

void append_code_point(std::u16string& out, char32_t code_point) {
  if (code_point < 0x10000) {
    out.push_back(static_cast<char16_t>(code_point));
    return;
  }
  code_point -= 0x10000;
  out.push_back(static_cast<char16_t>(0xD800 + (code_point >> 10)));
  out.push_back(static_cast<char16_t>(0xDC00 + (code_point & 0x3FF)));
}

void append_utf8(std::string& out, char32_t code_point) {
  auto push = [&out](char32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (code_point < 0x80) {
    push(code_point);
  } else if (code_point < 0x800) {
    push(0xC0 | (code_point >> 6));
    push(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    push(0xE0 | (code_point >> 12));
    push(0x80 | ((code_point >> 6) & 0x3F));
    push(0x80 | (code_point & 0x3F));
  } else {
    push(0xF0 | (code_point >> 18));
    push(0x80 | ((code_point >> 12) & 0x3F));
    push(0x80 | ((code_point >> 6) & 0x3F));
    push(0x80 | (code_point & 0x3F));
  }
}

/// What a lead byte allows: the number of continuation bytes, and the range of
/// the first of them (https://encoding.spec.whatwg.org/#utf-8-decoder).
struct lead {
  int continuations = -1;
  std::uint8_t lower = 0x80;
  std::uint8_t upper = 0xBF;
  char32_t bits = 0;
};

lead classify(std::uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF)
    return {1, 0x80, 0xBF, static_cast<char32_t>(byte & 0x1F)};
  if (byte >= 0xE0 && byte <= 0xEF)
    return {2, static_cast<std::uint8_t>(byte == 0xE0 ? 0xA0 : 0x80),
            static_cast<std::uint8_t>(byte == 0xED ? 0x9F : 0xBF),
            static_cast<char32_t>(byte & 0x0F)};
  if (byte >= 0xF0 && byte <= 0xF4)
    return {3, static_cast<std::uint8_t>(byte == 0xF0 ? 0x90 : 0x80),
            static_cast<std::uint8_t>(byte == 0xF4 ? 0x8F : 0xBF),
            static_cast<char32_t>(byte & 0x07)};
  return {};
}

} // namespace

std::u16string utf8_to_utf16(std::string_view utf8) {
  std::u16string out;
  out.reserve(utf8.size());
  std::size_t i = 0;
  while (i < utf8.size()) {
    auto byte = static_cast<std::uint8_t>(utf8[i++]);
    if (byte < 0x80) {
      out.push_back(byte);
      continue;
    }
    auto [continuations, lower, upper, code_point] = classify(byte);
    bool whole = continuations > 0;
    for (int k = 0; k < continuations; ++k) {
      auto next = i < utf8.size() ? static_cast<std::uint8_t>(utf8[i]) : std::uint8_t{0};
      if (next < lower || next > upper) {
        whole = false;
        break;
      }
      code_point = (code_point << 6) | (next & 0x3F);
      lower = 0x80;
      upper = 0xBF;
      ++i;
    }
    if (whole)
      append_code_point(out, code_point);
    else
      out.push_back(replacement);
  }
  return out;
}

std::string utf16_to_utf8(std::u16string_view utf16) {
  std::string out;
  out.reserve(utf16.size());
  for (std::size_t i = 0; i < utf16.size(); ++i) {
    char32_t unit = utf16[i];
    bool high = unit >= 0xD800 && unit <= 0xDBFF;
    bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (high && i + 1 < utf16.size() && utf16[i + 1] >= 0xDC00 && utf16[i + 1] <= 0xDFFF) {
      char32_t next = utf16[++i];
      unit = 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00);
    } else if (high || low) {
      unit = replacement;
    }
    append_utf8(out, unit);
  }
  return out;
}

std::string latin1_to_utf8(std::span<const std::uint8_t> latin1) {
  std::string out;
  out.reserve(latin1.size());
  for (auto character : latin1)
    append_utf8(out, character);
  return out;
}

} // namespace troupe::js

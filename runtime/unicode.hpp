#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace troupe::js {

/// UTF-8 to UTF-16; malformed sequences become U+FFFD
/// (https://encoding.spec.whatwg.org/#utf-8-decoder).
[[nodiscard]] std::u16string utf8_to_utf16(std::string_view utf8);

/// UTF-16 to UTF-8; lone surrogates become U+FFFD.
[[nodiscard]] std::string utf16_to_utf8(std::u16string_view utf16);

[[nodiscard]] std::string latin1_to_utf8(std::span<const std::uint8_t> latin1);

} // namespace troupe::js

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::js {

enum class base64_alphabet : std::uint8_t { standard, url }; ///< `url` is not padded.

[[nodiscard]] std::string base64_encode(std::span<const std::uint8_t> bytes,
                                        base64_alphabet alphabet);

/// As `atob` has it (https://infra.spec.whatwg.org/#forgiving-base64-decode). Empty: no
/// Base64.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text);

/// As `Buffer` has it: either alphabet, what is neither is left out, ends at the first `=`.
[[nodiscard]] std::vector<std::uint8_t> base64_decode_loosely(std::string_view text);

} // namespace troupe::js

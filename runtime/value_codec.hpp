#pragma once

#include "troupe/result.hpp"
#include "troupe/value.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace troupe::js {

/// A value as bytes, for another process. Little endian; cycles and shared
/// references survive. The format belongs to one version of Troupe. What contexts
/// share (a SharedArrayBuffer, a compiled module) is `clone_failed`.
[[nodiscard]] result<std::vector<std::byte>> encode(const value& from);

/// The value of `encode`d bytes; empty when they are anything else. Safe on any
/// input.
[[nodiscard]] std::optional<value> decode(std::span<const std::byte> bytes);

} // namespace troupe::js

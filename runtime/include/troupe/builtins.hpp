#pragma once

#include <cstdint>
#include <initializer_list>

namespace troupe {

/// What a context may be given besides ECMAScript. `web_…` and those without a prefix are
/// globals, `node_…` are modules (`node:util`, also `util`).
/// (docs/builtins.md has what each of them is.)
enum class builtin : std::uint8_t {
  require,   ///< A global `require` that gives those modules below that the context has.
  node_util, ///< `node:util`, `node:util/types`.
  node_vm,   ///< `node:vm`.
};

/// The last of them.
inline constexpr auto builtin_max = builtin::node_vm;

/// A set of `builtin`: `{builtin::require, builtin::node_util}`.
class builtin_set {
public:
  constexpr builtin_set() = default;

  constexpr builtin_set(std::initializer_list<builtin> which) {
    for (auto each : which)
      bits_ |= bit(each);
  }

  /// Everything that this version has.
  [[nodiscard]] static constexpr builtin_set all() {
    return from_bits((bit(builtin_max) << 1) - 1);
  }

  /// From `bits()`.
  [[nodiscard]] static constexpr builtin_set from_bits(std::uint64_t bits) {
    builtin_set made;
    made.bits_ = bits;
    return made;
  }

  [[nodiscard]] constexpr std::uint64_t bits() const noexcept {
    return bits_;
  }

  [[nodiscard]] constexpr bool empty() const noexcept {
    return bits_ == 0;
  }

  [[nodiscard]] constexpr bool has(builtin which) const noexcept {
    return (bits_ & bit(which)) != 0;
  }

  [[nodiscard]] constexpr builtin_set operator|(builtin_set other) const noexcept {
    return from_bits(bits_ | other.bits_);
  }

  [[nodiscard]] constexpr builtin_set without(builtin_set other) const noexcept {
    return from_bits(bits_ & ~other.bits_);
  }

  constexpr bool operator==(const builtin_set&) const = default;

private:
  static constexpr std::uint64_t bit(builtin which) noexcept {
    return std::uint64_t{1} << static_cast<unsigned>(which);
  }

  std::uint64_t bits_ = 0;
};

} // namespace troupe

#include "runtime/wasm_needs.hpp"

#include <algorithm>
#include <optional>

namespace troupe::js {

namespace {

using bytes = std::span<const std::byte>;

// https://webassembly.github.io/spec/core/binary/modules.html#sections
constexpr std::uint8_t type_section = 1;
constexpr std::uint8_t import_section = 2;
constexpr std::uint8_t function_section = 3;

// https://webassembly.github.io/spec/core/binary/types.html
constexpr std::uint8_t function_type = 0x60;
constexpr std::uint8_t struct_type = 0x5f;
constexpr std::uint8_t array_type = 0x5e;
constexpr std::uint8_t open_subtype = 0x50;
constexpr std::uint8_t final_subtype = 0x4f;
constexpr std::uint8_t recursive_group = 0x4e;
constexpr std::uint8_t reference = 0x64;
constexpr std::uint8_t nullable_reference = 0x63;

/// The shortest type has two bytes.
constexpr std::size_t type_bytes_min = 2;

/// Reads on while everything is as expected.
class reader {
public:
  explicit reader(bytes from) : from_(from) {
  }

  [[nodiscard]] std::size_t at() const noexcept {
    return at_;
  }

  [[nodiscard]] std::size_t left() const noexcept {
    return from_.size() - at_;
  }

  /// As it was found, also after a failure.
  [[nodiscard]] bytes since(std::size_t begin) const {
    return from_.subspan(begin, at_ - begin);
  }

  [[nodiscard]] std::optional<std::uint8_t> byte() {
    if (at_ == from_.size())
      return std::nullopt;
    return static_cast<std::uint8_t>(from_[at_++]);
  }

  /// LEB128, of at most 5 bytes.
  [[nodiscard]] std::optional<std::uint32_t> number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      auto next = byte();
      if (!next)
        return std::nullopt;
      value |= std::uint64_t{*next & 0x7fu} << shift;
      if ((*next & 0x80) == 0)
        return static_cast<std::uint32_t>(value);
    }
    return std::nullopt;
  }

  bytes take(std::size_t count) {
    auto taken = from_.subspan(at_, std::min(count, left()));
    at_ += taken.size();
    return taken;
  }

private:
  bytes from_;
  std::size_t at_ = 0;
};

/// The types of a type section.
class type_reader {
public:
  type_reader(bytes section, wasm_needs& to) : section_(section), to_(to) {
  }

  void read() {
    auto groups = section_.number();
    if (!groups)
      return;
    for (std::uint32_t i = 0; i < *groups && section_.left() > 0; ++i) {
      auto begin = section_.at();
      refers_ = false;
      auto types = group();
      // What is not understood may be types all along, which refer to others.
      if (!types) {
        section_.take(section_.left());
        refers_ = true;
      }
      auto count = types ? *types : (section_.at() - begin) / type_bytes_min + 1;
      add(section_.since(begin), count, types.has_value());
      if (!types || to_.types > wasm_types_of_a_module_max)
        return;
    }
  }

private:
  /// How many types it has.
  std::optional<std::uint64_t> group() {
    auto kind = section_.byte();
    if (!kind)
      return std::nullopt;
    if (*kind != recursive_group)
      return subtype(*kind) ? std::optional<std::uint64_t>{1} : std::nullopt;
    auto types = section_.number();
    if (!types)
      return std::nullopt;
    for (std::uint32_t i = 0; i < *types; ++i)
      if (auto first = section_.byte(); !first || !subtype(*first))
        return std::nullopt;
    return *types;
  }

  bool subtype(std::uint8_t kind) {
    if (kind != open_subtype && kind != final_subtype)
      return composite(kind);
    auto supertypes = section_.number();
    if (!supertypes)
      return false;
    for (std::uint32_t i = 0; i < *supertypes; ++i) {
      refers_ = true;
      if (!section_.number())
        return false;
    }
    auto inner = section_.byte();
    return inner && composite(*inner);
  }

  bool composite(std::uint8_t kind) {
    switch (kind) {
      case function_type:
        return list([this] { return value_type(); }) && list([this] { return value_type(); });
      case struct_type:
        return list([this] { return field(); });
      case array_type:
        return field();
      default:
        return false;
    }
  }

  template <class Item>
  bool list(Item item) {
    auto count = section_.number();
    if (!count)
      return false;
    for (std::uint32_t i = 0; i < *count; ++i)
      if (!item())
        return false;
    return true;
  }

  bool field() {
    return value_type() && section_.byte(); // is it mutable?
  }

  /// Also a packed one of a field.
  bool value_type() {
    auto code = section_.byte();
    if (!code || *code < 0x40 || *code > 0x7f)
      return false;
    if (*code != reference && *code != nullable_reference)
      return true;
    // A signed LEB128: what is negative, in one byte, is no index.
    auto begin = section_.at();
    if (!section_.number())
      return false;
    auto heap_type = section_.since(begin);
    auto first = static_cast<std::uint8_t>(heap_type.front());
    if (heap_type.size() > 1 || (first & 0x40) == 0)
      refers_ = true;
    return true;
  }

  void add(bytes group, std::uint64_t types, bool understood) {
    // What types refer to is before them, or among them.
    auto alone = sha256{}.add(group).finish();
    so_far_ = sha256{}.add(so_far_.bytes).add(alone.bytes).finish();
    to_.types += std::max<std::uint64_t>(types, 1);
    auto counted = static_cast<std::uint32_t>(std::min<std::uint64_t>(types, UINT32_MAX));
    if (counted > 0)
      to_.groups.push_back({refers_ ? so_far_ : alone, counted, understood});
  }

  reader section_;
  wasm_needs& to_;
  sha256_digest so_far_;
  bool refers_ = false; ///< Does the group that is read refer to others by their places?
};

} // namespace

wasm_needs read_wasm_needs(std::span<const std::byte> module) {
  constexpr std::size_t header = 8;
  wasm_needs needs;
  reader all{module};
  all.take(header);
  while (all.left() > 0) {
    auto id = all.byte();
    auto size = all.number();
    if (!id || !size)
      break;
    auto section = all.take(*size);
    if (*id == type_section)
      type_reader{section, needs}.read();
    if (*id == import_section || *id == function_section) {
      // Each takes a byte at least.
      auto count = reader{section}.number().value_or(0);
      needs.functions += std::min<std::uint64_t>(count, section.size());
    }
  }
  return needs;
}

} // namespace troupe::js

#pragma once

#include "runtime/sha256.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::js {

/// What a WebAssembly module takes of the tables that V8 has once for all isolates of a
/// process: its types (those that are alike, in any module, are one) and its functions.
///
/// Read without V8, from the module's bytes
/// (https://webassembly.github.io/spec/core/binary/modules.html). Never less than what V8
/// takes, also of modules that are malformed; more where types are alike that refer to others.
struct wasm_needs {
  /// Types that are made together: one, or a recursive group.
  struct type_group {
    sha256_digest key; ///< Groups with the same key are the same to V8.
    std::uint32_t types = 0;
    /// Else V8 takes no such thing: nothing of it will stay.
    bool understood = true;
  };

  std::vector<type_group> groups;
  std::uint64_t types = 0;     ///< Of all groups, but at least one for each.
  std::uint64_t functions = 0; ///< Declared and imported.
};

/// Reading stops where a module has more; no isolate may have as many.
constexpr std::uint64_t wasm_types_of_a_module_max = 100'000;

[[nodiscard]] wasm_needs read_wasm_needs(std::span<const std::byte> module);

} // namespace troupe::js

#pragma once

#include "troupe/value.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// Where a module stands (`module.status`).
enum class module_status : std::uint8_t {
  unlinked,   ///< Compiled.
  linking,    ///< `link` is under way.
  linked,     ///< Ready to be evaluated.
  evaluating, ///< Its code runs, or waits at a top-level `await`.
  evaluated,
  errored, ///< Its evaluation has thrown.
};

/// How to compile a module. (`new vm.SourceTextModule`.)
struct module_options {
  /// For stacks, and as the referrer of its imports. Empty: `vm:module(i)`, ascending.
  std::string identifier{};
  /// Added to line numbers. (`lineOffset`.)
  int line_offset = 0;
  /// Added to the column numbers of the first line. (`columnOffset`.)
  int column_offset = 0;
  /// What `create_cached_data` has made of the same source. (`cachedData`.)
  std::vector<std::byte> cached_data{};
  /// Properties of `import.meta`. (`initializeImportMeta`.)
  std::vector<value::member> import_meta{};
};

} // namespace troupe

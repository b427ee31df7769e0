#pragma once

#include "troupe/builtins.hpp"

#include <v8-object.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace troupe::js {

/// A module that scripts may be given: `node:<name>` and `<name>`. The file in
/// `runtime/builtins/` has that name too.
struct public_module {
  std::string_view name;
  builtin part_of;
};

/// A global that is made when it is first read: what `member` of the built-in `module` is
/// then. The module is an internal one, so no script can have changed its exports.
struct lazy_global {
  const char* name;
  builtin part_of;
  const char* module;
  const char* member;
  v8::PropertyAttribute attributes = v8::DontEnum;
};

/// This table decides alone what a context gets.
[[nodiscard]] std::span<const public_module> public_modules() noexcept;
[[nodiscard]] std::span<const lazy_global> lazy_globals() noexcept;

/// `node:util` and `util` → `util`, if there is such a module and `given` has it.
[[nodiscard]] std::optional<std::string_view> find_public_module(std::string_view specifier,
                                                                 builtin_set given) noexcept;

} // namespace troupe::js

#pragma once

#include "runtime/module_record.hpp"
#include "runtime/script.hpp"

#include <v8-context.h>

#include <span>
#include <string>
#include <vector>

namespace troupe::js {

/// Import attributes as V8 lists them, `stride` items each: key, value, and in a module's
/// own requests their place.
[[nodiscard]] std::vector<import_attribute> read_attributes(isolate_scope& here,
                                                            v8::Local<v8::Context> context,
                                                            v8::Local<v8::FixedArray> from,
                                                            int stride);

/// The source of an ECMAScript module.
struct module_code {
  std::string identifier;
  std::string_view code; ///< UTF-8
  int line_offset = 0;
  int column_offset = 0;
  std::span<const std::byte> cached_data{}; ///< Sealed.
  std::shared_ptr<shared_code_cache> cache{};
};

/// Compiles. Empty with an exception pending.
[[nodiscard]] module_hold compile_module(isolate_scope& here, v8::Local<v8::Context> context,
                                         module_registry& registry, const module_code& source);

/// Makes the module of a source of any kind, in `context`. Empty with an exception pending.
[[nodiscard]] module_hold make_module(isolate_scope& here, v8::Local<v8::Context> context,
                                      module_registry& registry, const module_source& source);

/// A module without code: its exports are set when it is evaluated, `undefined` without an
/// item. Empty with an exception pending.
[[nodiscard]] module_hold make_synthetic_module(isolate_scope& here,
                                                v8::Local<v8::Context> context,
                                                module_registry& registry,
                                                const std::string& identifier,
                                                std::span<const value::member> exports);

} // namespace troupe::js

#pragma once

#include <v8-context.h>
#include <v8-function.h>

#include <cstddef>
#include <string>

namespace troupe::js {

/// Compiles the built-in with this place in `builtin_sources()` to
/// `function (exports, require, module, internalBinding, primordials)`; from its code
/// cache, if that is of this V8. Isolate thread; empty with an exception pending.
///
/// @param from_cache is told whether V8 has taken the cache; may be null.
[[nodiscard]] v8::MaybeLocal<v8::Function> compile_builtin(v8::Local<v8::Context> context,
                                                           std::size_t index, bool* from_cache);

/// What `builtin_code_caches::engine` must be.
[[nodiscard]] const std::string& builtin_engine();

} // namespace troupe::js

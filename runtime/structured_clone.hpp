#pragma once

#include "runtime/isolate.hpp"
#include "troupe/result.hpp"

#include <v8-context.h>
#include <v8-value.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::js {

enum class clone_mode : std::uint8_t {
  copy,
  /// The memory of all ArrayBuffers goes along: the script's are detached. All of
  /// them or, when something cannot be cloned, none.
  transfer,
};

/// What copies may hold in all: where a script has one text, or one big integer, its copy may
/// have as many as there are places it is met at.
struct clone_budget {
  std::size_t copied = 0; ///< Bytes so far.
  std::size_t max = 0;    ///< The heap limit of the isolate; 0: not asked for yet.
};

/// Copies a script value out of its isolate, as the structured clone algorithm
/// does (https://html.spec.whatwg.org/#structuredserializeinternal): own
/// enumerable string-keyed properties, cycles and shared references kept.
/// Beyond it, errors keep their own properties (`code`, …) too. Shared rather than
/// copied: SharedArrayBuffers, compiled modules of WebAssembly.
///
/// May run script code (getters), so the caller must be in a turn. A script
/// exception is left pending for the caller's TryCatch and reported as
/// `uncaught_exception`; what cannot be cloned (functions, symbols, promises,
/// proxies…) is `clone_failed` with its path, e.g. `$.a[3].b`. Several copies that exist at the
/// same time share a budget, `spent`.
[[nodiscard]] result<value> clone_out(isolate_scope& here, v8::Local<v8::Context> context,
                                      v8::Local<v8::Value> from,
                                      clone_mode mode = clone_mode::copy,
                                      clone_budget* spent = nullptr);

/// Makes a script value from a copy, in `context`.
/// Empty, with an exception pending, when memory or a limit gets in the way.
[[nodiscard]] v8::MaybeLocal<v8::Value> clone_in(isolate_scope& here,
                                                 v8::Local<v8::Context> context,
                                                 const value& from);

/// The same for callers that tell a host: `clone_failed` with the reason and the
/// path. Nothing is pending afterwards but a termination.
[[nodiscard]] result<v8::Local<v8::Value>> clone_in_or_why(isolate_scope& here,
                                                           v8::Local<v8::Context> context,
                                                           const value& from);

/// A string of this isolate; empty beyond `v8::String::kMaxLength`.
[[nodiscard]] v8::MaybeLocal<v8::String> to_v8_string(v8::Isolate* isolate,
                                                      std::string_view utf8);

/// UTF-8 of a V8 string; lone surrogates become U+FFFD.
[[nodiscard]] std::string to_utf8(v8::Isolate* isolate, v8::Local<v8::String> from);

} // namespace troupe::js

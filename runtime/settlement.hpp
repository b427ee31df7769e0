#pragma once

#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-promise.h>

#include <cstdint>

namespace troupe::js {

/// How a promise settled that somebody waits for, by the number he gave with it.
///
///     when_settled(context, promise, 7, [](const v8::FunctionCallbackInfo<v8::Value>& info) {
///       auto [number, fulfilled] = settlement::of(info); // info[0]: with what
///     });
struct settlement {
  std::uint64_t number = 0;
  bool fulfilled = false;

  /// For the callback itself.
  [[nodiscard]] static settlement of(const v8::FunctionCallbackInfo<v8::Value>& info);
};

/// Has `told` called once the promise settles, in its microtask. Looks up the promise's
/// constructor, which may be the script's own.
///
/// @returns false with the exception of the script, or without one when there is no memory.
[[nodiscard]] bool when_settled(v8::Local<v8::Context> context, v8::Local<v8::Promise> promise,
                                std::uint64_t number, v8::FunctionCallback told);

} // namespace troupe::js

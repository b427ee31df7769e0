#pragma once

#include "runtime/isolate.hpp"
#include "troupe/error.hpp"

#include <v8-context.h>
#include <v8-exception.h>

namespace troupe::js {

/// Turns what a TryCatch caught into an `error` with position, source line,
/// caret and stack. May run script code (`stack` and `toString` of the thrown
/// object), so the caller must be in a turn.
[[nodiscard]] error capture_error(isolate_scope& here, v8::Local<v8::Context> context,
                                  const v8::TryCatch& caught, errc code, bool display_errors);

/// The same for what somebody else caught; `message` may be empty.
[[nodiscard]] error capture_error(isolate_scope& here, v8::Local<v8::Context> context,
                                  v8::Local<v8::Value> thrown, v8::Local<v8::Message> message,
                                  errc code, bool display_errors);

/// The same for a value that was thrown elsewhere: the reason of a rejected
/// promise.
[[nodiscard]] error capture_error(isolate_scope& here, v8::Local<v8::Context> context,
                                  v8::Local<v8::Value> thrown, errc code, bool display_errors);

/// The position as people read it above a stack:
///
///     file.js:3
///     let x = ;
///             ^
///
/// `first_column` is the number of the line's first column.
[[nodiscard]] std::string decorate(const source_position& position, int first_column = 1);

/// The same for what V8 tells about an exception, however long the line is.
[[nodiscard]] std::string arrow_of(isolate_scope& here, v8::Local<v8::Context> context,
                                   v8::Local<v8::Message> message);

} // namespace troupe::js

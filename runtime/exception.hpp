#pragma once

#include "runtime/isolate.hpp"
#include "troupe/error.hpp"

#include <v8-context.h>
#include <v8-value.h>

namespace troupe::js {

/// What a script sees of an error of the host: what `error::thrown` holds when it
/// stands for a script's own exception; else a TypeError for `invalid_argument` and
/// `clone_failed`, an Error for the rest, with `message`, `code` and, if something was thrown,
/// `cause`.
[[nodiscard]] v8::Local<v8::Value> make_exception(isolate_scope& here,
                                                  v8::Local<v8::Context> context,
                                                  const error& what);

/// A script's text as a message shows it: one that is too long to be put together with others
/// is told by its length.
[[nodiscard]] v8::Local<v8::String> shown_in_message(v8::Isolate* isolate,
                                                     v8::Local<v8::String> text);

/// Throws in a script that is to stop: leaves a built-in that would call the host
/// for ever.
void throw_stopped(v8::Isolate* isolate);

} // namespace troupe::js

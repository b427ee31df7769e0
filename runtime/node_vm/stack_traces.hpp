#pragma once

#include <v8-function.h>
#include <v8-isolate.h>
#include <v8-persistent-handle.h>

namespace troupe::js::node_vm {

/// What `error.stack` gives, in all realms of an isolate that has `node:vm`: what
/// `Error.prepareStackTrace` of the error's realm makes of it, else that of the main realm, else
/// the error as text, as it is when it is first asked for, and where it was made.
///
/// Threads:  the isolate's.
/// Lifetime: ends before the isolate.
class stack_traces {
public:
  /// `main` must not have run any script: what is needed of it is taken now.
  [[nodiscard]] bool prepare(v8::Isolate* isolate, v8::Local<v8::Context> main);

private:
  static v8::MaybeLocal<v8::Value> on_prepare(v8::Local<v8::Context> context,
                                              v8::Local<v8::Value> error,
                                              v8::Local<v8::Array> sites);
  [[nodiscard]] v8::MaybeLocal<v8::Value> plain(v8::Local<v8::Context> context,
                                                v8::Local<v8::Value> error,
                                                v8::Local<v8::Array> sites) const;

  v8::Global<v8::Object> error_of_main_;
  v8::Global<v8::Function> to_string_; // Error.prototype.toString
  v8::Global<v8::Function> join_;      // Array.prototype.join
};

} // namespace troupe::js::node_vm

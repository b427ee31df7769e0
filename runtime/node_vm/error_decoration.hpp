#pragma once

#include "runtime/isolate.hpp"

#include <v8-context.h>
#include <v8-exception.h>
#include <v8-persistent-handle.h>
#include <v8-primitive.h>

#include <memory>

namespace troupe::js::node_vm {

/// Where an error was thrown: one that came through a built-in was thrown elsewhere.
[[nodiscard]] v8::Local<v8::Message> origin_of(v8::Isolate* isolate, v8::Local<v8::Value> thrown,
                                               v8::Local<v8::Message> message);

/// Puts `file:line`, the line, a caret and a blank line in front of `err.stack`
/// (`displayErrors`), once per error. All decorators of an isolate know what one of them has
/// decorated.
///
/// Threads: the isolate's.
class error_decorator {
public:
  explicit error_decorator(v8::Isolate* isolate)
    : decorated_(isolate, v8::Private::ForApi(isolate, v8::String::NewFromUtf8Literal(
                                                         isolate, "troupe.decorated"))) {
  }

  /// Decorates what was caught, if it is an object with a stack. May run script code
  /// (a getter of `stack`); what that throws is dropped.
  void decorate(isolate_scope& here, v8::Local<v8::Context> context,
                const v8::TryCatch& caught) const;
  void decorate(isolate_scope& here, v8::Local<v8::Context> context, v8::Local<v8::Value> thrown,
                v8::Local<v8::Message> message) const;

  /// Has it been decorated? Then its stack says where it came from.
  [[nodiscard]] bool has_decorated(v8::Local<v8::Context> context,
                                   v8::Local<v8::Value> error) const;

  /// Has a decorator seen it? It may have no stack.
  [[nodiscard]] bool is_known(v8::Local<v8::Context> context, v8::Local<v8::Value> thrown) const;

private:
  v8::Global<v8::Private> decorated_;
};

} // namespace troupe::js::node_vm

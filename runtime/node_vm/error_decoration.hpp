#pragma once

#include "runtime/isolate.hpp"

#include <v8-context.h>
#include <v8-exception.h>
#include <v8-persistent-handle.h>
#include <v8-primitive.h>

#include <memory>

namespace troupe::js::node_vm {

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

  /// Has it been decorated? Then its stack says where it came from.
  [[nodiscard]] bool has_decorated(v8::Local<v8::Context> context,
                                   v8::Local<v8::Value> error) const;

private:
  v8::Global<v8::Private> decorated_;
};

} // namespace troupe::js::node_vm

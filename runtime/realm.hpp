#pragma once

#include "runtime/isolate.hpp"

#include <v8-context.h>
#include <v8-function.h>
#include <v8-persistent-handle.h>

namespace troupe::js {

/// One global environment (`v8::Context`) and those of its intrinsic functions
/// that we call, as they were before any script ran
/// (https://tc39.es/ecma262/#realm).
///
/// Threads:  the isolate's.
/// Lifetime: must end before its isolate.
class realm {
public:
  /// Holds nothing until `make`.
  realm() = default;

  /// Makes the global environment. @returns false when V8 cannot.
  [[nodiscard]] bool make(isolate_scope& here);

  [[nodiscard]] v8::Local<v8::Context> context(isolate_scope& here) const {
    return context_.Get(here.v8());
  }

  /// Assigns to a property like an assignment in strict mode, which tells when it
  /// fails; the method of `v8::Object` does not.
  [[nodiscard]] v8::Maybe<bool> assign(isolate_scope& here, v8::Local<v8::Object> to,
                                       v8::Local<v8::String> key,
                                       v8::Local<v8::Value> item) const;

private:
  v8::Global<v8::Context> context_;
  v8::Global<v8::Function> reflect_set_;
};

} // namespace troupe::js

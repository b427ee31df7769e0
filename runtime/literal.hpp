#pragma once

#include <v8-primitive.h>

namespace troupe::js {

/// A name of ours as a string of V8's, which has each of them once.
[[nodiscard]] inline v8::Local<v8::String> literal(v8::Isolate* isolate, const char* text) {
  return v8::String::NewFromUtf8(isolate, text, v8::NewStringType::kInternalized)
    .ToLocalChecked();
}

} // namespace troupe::js

#pragma once

#include <v8-container.h>
#include <v8-isolate.h>

namespace troupe::js {

/// What the realm's own JavaScript makes an error of (runtime/builtins/internal/errors.js):
/// [errno, code, words] of a negative errno, such as [-2, 'ENOENT', 'no such file or directory'].
[[nodiscard]] v8::Local<v8::Array> system_failure(v8::Isolate* isolate, int status);

} // namespace troupe::js

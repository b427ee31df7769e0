#pragma once

#include "runtime/isolate.hpp"
#include "troupe/buffer.hpp"

#include <v8-array-buffer.h>

#include <optional>

namespace troupe::js {

/// An ArrayBuffer whose memory is `memory` itself. It counts against the isolate's
/// budget; beyond that the result is empty and `memory` stays as it was.
[[nodiscard]] v8::MaybeLocal<v8::ArrayBuffer> attach_memory(isolate_scope& here, buffer& memory);

/// Why the memory of a buffer cannot be taken away; null when it can.
[[nodiscard]] const char* why_not_detachable(v8::Local<v8::ArrayBuffer> from);

/// Takes the memory away, which counts here no longer; the script's buffer is
/// detached. Requires that `why_not_detachable` has no objection. Empty when V8
/// has one.
[[nodiscard]] std::optional<buffer> detach_memory(isolate_scope& here,
                                                  v8::Local<v8::ArrayBuffer> from);

} // namespace troupe::js

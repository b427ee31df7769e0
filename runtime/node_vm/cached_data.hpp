#pragma once

#include "runtime/code_cache.hpp"

#include <v8-context.h>
#include <v8-object.h>
#include <v8-primitive.h>
#include <v8-value.h>

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::js::node_vm {

/// Names a script's text, or a function's with its parameters, for sealed caches.
[[nodiscard]] sha256_digest digest_of_text(v8::Isolate* isolate, source_kind kind,
                                           v8::Local<v8::String> code,
                                           std::span<const v8::Local<v8::String>> names = {});

/// The bytes of a Buffer, TypedArray or DataView, unsealed; null when they are no cache
/// of that source.
[[nodiscard]] code_cache_ptr unseal_view(const sha256_digest& source, v8::Local<v8::Value> view);

/// A sealed cache as a Uint8Array. `made` may be null: then it has no bytes.
[[nodiscard]] v8::Local<v8::Value> seal_to_array(v8::Isolate* isolate,
                                                 const sha256_digest& source,
                                                 const code_cache_ptr& made);

} // namespace troupe::js::node_vm

#pragma once

#include "runtime/structured_clone.hpp"

namespace troupe::js {

/// `clone_out` for what is more than a plain primitive.
[[nodiscard]] result<value> write_clone(isolate_scope& here, v8::Local<v8::Context> context,
                                        v8::Local<v8::Value> from, clone_mode mode,
                                        clone_budget& spent);

} // namespace troupe::js

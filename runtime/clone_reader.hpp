#pragma once

#include "runtime/structured_clone.hpp"

#include <string>

namespace troupe::js {

/// Why a value could not be made, and which part of it.
struct clone_refusal {
  std::string what; ///< Empty: an exception is pending, or V8 is terminating.
  std::string path;
};

/// `clone_in`. When it is empty, `refusal` says why.
[[nodiscard]] v8::MaybeLocal<v8::Value> read_clone(isolate_scope& here,
                                                   v8::Local<v8::Context> context,
                                                   const value& from, clone_refusal& refusal);

} // namespace troupe::js

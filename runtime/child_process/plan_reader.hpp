#pragma once

#include "runtime/child_process/child.hpp"

#include <v8-context.h>
#include <v8-function-callback.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::js::child_process {

/// A number that a script may have chosen, within bounds; what is none is the least.
[[nodiscard]] double between(v8::Local<v8::Value> from, double least, double most);

/// Reads the plan of a child from the first arguments of a call: file, arguments, variables,
/// folder, descriptors (numbers of ours, `is_ignored`, `is_pipe`), detached?, uid, gid.
///
/// Lifetime: on the stack of a V8 callback.
class plan_reader {
public:
  explicit plan_reader(const v8::FunctionCallbackInfo<v8::Value>& info);

  [[nodiscard]] child_plan read(const v8::FunctionCallbackInfo<v8::Value>& info);

  /// A negative errno when the plan cannot be had: it is too large, or names a descriptor that
  /// there is not.
  [[nodiscard]] int failed() const noexcept {
    return failed_;
  }

private:
  [[nodiscard]] v8::Local<v8::Value> item(v8::Local<v8::Array> of, std::uint32_t at);
  [[nodiscard]] int descriptor(v8::Local<v8::Value> from);
  [[nodiscard]] std::string text(v8::Local<v8::Value> from);
  [[nodiscard]] std::vector<std::string> texts(v8::Local<v8::Value> from);

  v8::Isolate* isolate_;
  v8::Local<v8::Context> context_;
  std::size_t read_ = 0;
  int failed_ = 0;
};

} // namespace troupe::js::child_process

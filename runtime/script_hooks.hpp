#pragma once

#include <v8-container.h>
#include <v8-context.h>
#include <v8-function.h>
#include <v8-persistent-handle.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

namespace troupe::js {

/// Functions of the realm's own JavaScript that native code calls, by the names in `Hook`
/// (an enumeration that ends with `count`).
///
/// Threads:  the isolate's.
/// Lifetime: ends before the isolate.
template <class Hook>
class script_hooks {
public:
  /// Takes them from an array in the order of `Hook`; what is no function is left out.
  void set(v8::Local<v8::Context> context, v8::Local<v8::Array> given) {
    v8::Local<v8::Value> function;
    for (std::uint32_t i = 0; i < std::size(functions_); ++i)
      if (given->Get(context, i).ToLocal(&function) && function->IsFunction())
        functions_[i].Reset(context->GetIsolate(), function.As<v8::Function>());
  }

  [[nodiscard]] bool has(Hook which) const {
    return !functions_[static_cast<std::size_t>(which)].IsEmpty();
  }

  /// Of one that there is.
  [[nodiscard]] v8::MaybeLocal<v8::Value> call(v8::Local<v8::Context> context, Hook which,
                                               std::vector<v8::Local<v8::Value>> with) const {
    auto* isolate = context->GetIsolate();
    return functions_[static_cast<std::size_t>(which)].Get(isolate)->Call(
      context, v8::Undefined(isolate), static_cast<int>(with.size()), with.data());
  }

private:
  v8::Global<v8::Function> functions_[static_cast<std::size_t>(Hook::count)];
};

} // namespace troupe::js

#pragma once

#include "runtime/isolate.hpp"
#include "runtime/wasm_module.hpp"
#include "troupe/options.hpp"

#include <v8-context.h>
#include <v8-function.h>
#include <v8-microtask-queue.h>
#include <v8-persistent-handle.h>

#include <memory>

namespace troupe::js {

/// One global environment (`v8::Context`), its policies, and those of its intrinsic
/// functions that we call, as they were before any script ran
/// (https://tc39.es/ecma262/#realm).
///
/// Threads:  the isolate's.
/// Lifetime: must end before its isolate.
class realm {
public:
  /// Holds nothing until `make`.
  realm() = default;

  /// Makes the global environment. @returns false when V8 cannot.
  [[nodiscard]] bool make(isolate_scope& here, const code_generation_options& generation,
                          microtask_mode microtasks);

  /// Lets go of the global environment: no script of it runs any more, whoever
  /// still holds a function, and V8 may collect it. `make` may follow.
  void retire(isolate_scope& here);

  /// The realm behind a context of V8's; it must be one of ours.
  [[nodiscard]] static const realm& of(v8::Local<v8::Context> context);

  [[nodiscard]] bool may_compile_wasm() const noexcept {
    return may_compile_wasm_;
  }

  /// Null when there is no WebAssembly.
  [[nodiscard]] const wasm_intrinsics* wasm() const noexcept {
    return has_wasm_ ? &wasm_ : nullptr;
  }

  [[nodiscard]] v8::Local<v8::Context> context(isolate_scope& here) const {
    return context_.Get(here.v8());
  }

  /// Runs the microtasks, of the isolate's queue too. What they threw, or that they
  /// were terminated, is in the caller's TryCatch.
  void run_microtasks(isolate_scope& here) const;

  /// Assigns to a property like an assignment in strict mode, which tells when it
  /// fails; the method of `v8::Object` does not.
  [[nodiscard]] v8::Maybe<bool> assign(isolate_scope& here, v8::Local<v8::Object> to,
                                       v8::Local<v8::String> key,
                                       v8::Local<v8::Value> item) const;

private:
  // V8 knows it by a plain pointer: it is kept as long as V8 may follow that.
  std::unique_ptr<v8::MicrotaskQueue> own_queue_;
  v8::MicrotaskQueue* queue_of_isolate_ = nullptr;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Function> reflect_set_;
  wasm_intrinsics wasm_;
  bool has_wasm_ = false;
  bool may_compile_wasm_ = true;
};

} // namespace troupe::js

#pragma once

#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/nested_run.hpp"
#include "runtime/node_vm/error_decoration.hpp"
#include "runtime/node_vm/script_contexts.hpp"

#include <v8-context.h>
#include <v8-function.h>
#include <v8-persistent-handle.h>

#include <chrono>

namespace troupe::js::node_vm {

/// `timeout`, `breakOnSigint` and `displayErrors` of one run.
struct run_wish {
  std::chrono::milliseconds timeout{0}; ///< 0 = none
  bool break_on_sigint = false;
  bool display_errors = true;
};

/// The native half of `node:vm` in one environment: what `runtime/builtins/internal/vm.js` calls.
/// Its functions check what V8 would crash on; names, messages and order of the
/// documented checks are that file's.
///
/// Threads:  the isolate's.
/// Lifetime: ends before the isolate, and before `around` does.
class machine {
public:
  machine(isolate& owner, run_surroundings around);

  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  /// For a realm whose scripts get `node:vm`, before any of them ran.
  [[nodiscard]] bool prepare(isolate_scope& here, v8::Local<v8::Context> main);

  /// `internalBinding('vm')`.
  void fill_binding(isolate_scope& here, v8::Local<v8::Context> main, v8::Local<v8::Object> to);

  /// The realm is replaced: the contexts that its scripts have made end too.
  void retire();

  /// Runs what `body` does in `context` under the wished limits, then the context's own
  /// microtasks, if it has a queue of its own. Empty: an exception is pending, or the
  /// script is being stopped.
  [[nodiscard]] v8::MaybeLocal<v8::Value> run(isolate_scope& here, v8::Local<v8::Context> context,
                                              const run_wish& wish,
                                              function_ref<v8::MaybeLocal<v8::Value>()> body);

  [[nodiscard]] isolate& owner() noexcept {
    return owner_;
  }

  [[nodiscard]] script_contexts& contexts() noexcept {
    return contexts_;
  }

  [[nodiscard]] const error_decorator& decorator() const noexcept {
    return decorator_;
  }

  /// The machine of a function of the binding.
  [[nodiscard]] static machine& of(const v8::FunctionCallbackInfo<v8::Value>& info);

private:
  isolate& owner_;
  run_surroundings around_;
  script_contexts contexts_;
  error_decorator decorator_;
};

// -- the parts of the binding ---------------------------------------------------------

void add_script_class(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                      v8::Local<v8::Value> data);
void add_context_functions(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                           v8::Local<v8::Value> data);
void add_compile_function(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                          v8::Local<v8::Value> data);
void add_measure_memory(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                        v8::Local<v8::Value> data);

/// Throws a TypeError: the native functions were called otherwise than by `vm.js`.
void throw_illegal_call(v8::Isolate* isolate);

} // namespace troupe::js::node_vm

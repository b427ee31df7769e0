#pragma once

#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "runtime/nested_run.hpp"
#include "runtime/node_vm/error_decoration.hpp"
#include "runtime/node_vm/script_contexts.hpp"
#include "runtime/node_vm/script_modules.hpp"
#include "runtime/node_vm/stack_traces.hpp"

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

/// Who answers an `import()`.
enum class import_server : std::uint8_t {
  host,         ///< The context's loader, as for any script.
  host_in_main, ///< The same, in the realm that has `node:vm`.
  script,       ///< An `importModuleDynamically`, or the error that there is none.
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

  /// Somebody else tells of the rejection.
  void handled(v8::Local<v8::Promise> rejected) const;

  /// Bytes as scripts get them: a Uint8Array, or a Buffer where there is one.
  [[nodiscard]] v8::Local<v8::Value> as_buffer(v8::Local<v8::Value> bytes) const;

  void set_buffer_prototype(v8::Local<v8::Object> prototype) {
    buffer_prototype_.Reset(owner_.v8(), prototype);
  }

  // -- what V8 asks of the host --------------------------------------------------

  [[nodiscard]] import_server server_of(v8::Local<v8::Context> context,
                                        v8::Local<v8::Data> host_defined_options) const;

  /// Serves an `import()` in `context` for `import_server::script`; the promise is of that
  /// context. Empty: an exception is pending. Attributes are keys and values.
  [[nodiscard]] v8::MaybeLocal<v8::Promise> import(v8::Local<v8::Context> main,
                                                   v8::Local<v8::Context> context,
                                                   v8::Local<v8::Data> host_defined_options,
                                                   v8::Local<v8::String> specifier,
                                                   bool source_phase,
                                                   v8::Local<v8::FixedArray> attributes);

  /// A promise of `context` that settles as one of `main`.
  [[nodiscard]] v8::MaybeLocal<v8::Promise> adopt(v8::Local<v8::Context> main,
                                                  v8::Local<v8::Context> context,
                                                  v8::Local<v8::Promise> from);

  /// `import.meta` of a module of a script. @returns false when it is none.
  bool fill_import_meta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                        v8::Local<v8::Object> meta);

  [[nodiscard]] isolate& owner() noexcept {
    return owner_;
  }

  [[nodiscard]] script_contexts& contexts() noexcept {
    return contexts_;
  }

  [[nodiscard]] script_modules& modules() noexcept {
    return modules_;
  }

  [[nodiscard]] const error_decorator& decorator() const noexcept {
    return decorator_;
  }

  [[nodiscard]] const stack_traces& stacks() const noexcept {
    return stacks_;
  }

  /// The machine of a function of the binding.
  [[nodiscard]] static machine& of(const v8::FunctionCallbackInfo<v8::Value>& info);

  /// The machine of the isolate's environment, which must have one.
  [[nodiscard]] static machine* of(v8::Isolate* isolate);

private:
  /// A promise of `context` that settles as `from`, a promise of the current context.
  [[nodiscard]] v8::MaybeLocal<v8::Promise> hand_over(v8::Local<v8::Context> context,
                                                      v8::Local<v8::Promise> from);

  isolate& owner_;
  run_surroundings around_;
  script_contexts contexts_;
  script_modules modules_;
  error_decorator decorator_;
  stack_traces stacks_;
  v8::Global<v8::Object> buffer_prototype_;
};

// -- the parts of the binding ---------------------------------------------------------

void add_script_class(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                      v8::Local<v8::Value> data);
void add_context_functions(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                           v8::Local<v8::Value> data);
void add_compile_function(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                          v8::Local<v8::Value> data);
void add_module_class(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                      v8::Local<v8::Value> data);
void add_dynamic_import(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                        v8::Local<v8::Value> data);
void add_measure_memory(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                        v8::Local<v8::Value> data);

/// Throws a TypeError: the native functions were called otherwise than by `vm.js`.
void throw_illegal_call(v8::Isolate* isolate);

} // namespace troupe::js::node_vm

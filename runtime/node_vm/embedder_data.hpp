#pragma once

#include <v8-context.h>

namespace troupe::js::node_vm {

/// Places in a context's embedder data. Contexts that scripts have not made lack them.
enum class context_slot : int {
  /// As `realm` has it: may the context compile WebAssembly?
  allows_wasm = 1,
  /// The contextified object; of an ordinary global, `null`.
  contextified = 8,
  /// What stands for its `importModuleDynamically`: a symbol, or `undefined`.
  import_callback = 9,
  /// A pointer to its entry in `script_contexts`.
  entry = 10,
  // 11 is `promise_guard`'s.
  /// May V8 look the contextified object's properties up without running what intercepts them?
  plain = 12,
  // 13 is `wasm_gate`'s.
};

/// @returns `undefined` where nothing was set.
[[nodiscard]] inline v8::Local<v8::Value> embedder_data(v8::Isolate* isolate,
                                                        v8::Local<v8::Context> context,
                                                        context_slot slot) {
  if (context->GetNumberOfEmbedderDataFields() <= static_cast<unsigned>(slot))
    return v8::Undefined(isolate);
  return context->GetEmbedderData(static_cast<int>(slot));
}

} // namespace troupe::js::node_vm

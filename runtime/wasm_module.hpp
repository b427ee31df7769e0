#pragma once

#include "runtime/module_record.hpp"

#include <v8-context.h>
#include <v8-function.h>
#include <v8-persistent-handle.h>

namespace troupe::js {

/// Those intrinsics of a realm by which WebAssembly is looked into and instantiated, as
/// they were before any script ran. V8 has no other way.
///
/// Threads:  the isolate's.
/// Lifetime: ends with its realm.
class wasm_intrinsics {
public:
  /// Takes them from a fresh realm. @returns false when there is no WebAssembly.
  [[nodiscard]] bool take(isolate_scope& here, v8::Local<v8::Context> context);

  void reset();

  v8::Global<v8::Function> imports;      ///< `WebAssembly.Module.imports`
  v8::Global<v8::Function> exports;      ///< `WebAssembly.Module.exports`
  v8::Global<v8::Function> instance;     ///< `WebAssembly.Instance`
  v8::Global<v8::Function> exports_of;   ///< The getter `WebAssembly.Instance.prototype.exports`
  v8::Global<v8::Function> global_value; ///< The getter `WebAssembly.Global.prototype.value`
};

/// Compiles WebAssembly into a module of ECMAScript
/// (https://webassembly.github.io/esm-integration/js-api/): what it imports are imports of
/// modules, what it exports are exports, of globals their values. `import source` gives the
/// WebAssembly.Module itself. Empty with an exception pending.
[[nodiscard]] module_hold make_wasm_module(isolate_scope& here, v8::Local<v8::Context> context,
                                           module_registry& registry,
                                           const module_source& source);

/// Gives `import.meta` of such a module what its code needs.
void prepare_wasm_meta(isolate_scope& here, v8::Local<v8::Context> context, module_record& record,
                       v8::Local<v8::Object> meta);

} // namespace troupe::js

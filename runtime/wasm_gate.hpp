#pragma once

#include "runtime/byte_budget.hpp"
#include "runtime/wasm_budget.hpp"

#include <v8-callbacks.h>
#include <v8-container.h>
#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-persistent-handle.h>
#include <v8-primitive.h>
#include <v8-promise.h>
#include <v8-wasm.h>

#include <cstddef>
#include <list>
#include <memory>
#include <span>
#include <vector>

namespace troupe::js {

class isolate_scope;

/// Stands before everything that compiles WebAssembly in an isolate, and refuses with a
/// RangeError what there is no room for in the tables of the process (`wasm_bounds`), or in the
/// isolate's share of memory outside its heap.
///
/// Scripts see their functions as V8 has made them: names, lengths, attributes, errors. V8 gets
/// a copy of the bytes, so that it compiles what was looked at. What a module takes counts until
/// V8 has collected its object, which all that it has made keeps alive.
///
/// Threads:  the isolate's.
/// Lifetime: must end before its isolate.
class wasm_gate {
public:
  explicit wasm_gate(v8::Isolate* isolate);
  ~wasm_gate();

  wasm_gate(const wasm_gate&) = delete;
  wasm_gate& operator=(const wasm_gate&) = delete;

  /// Follows modules no longer. @returns what they take, for as long as V8 may hold them: until
  /// the isolate has ended.
  [[nodiscard]] std::shared_ptr<void> retire();

  /// In a context where no script has run yet. @returns false when V8 cannot.
  [[nodiscard]] bool install(isolate_scope& here, v8::Local<v8::Context> context);

  /// `new WebAssembly.Module(bytes)`; empty with an exception pending.
  [[nodiscard]] v8::MaybeLocal<v8::WasmModuleObject> compile(isolate_scope& here,
                                                             std::span<const std::byte> bytes);

  /// A further object for a module that was compiled; empty with an exception pending.
  [[nodiscard]] v8::MaybeLocal<v8::WasmModuleObject> share(isolate_scope& here,
                                                           const v8::CompiledWasmModule& module);

private:
  using call = v8::FunctionCallbackInfo<v8::Value>;
  using arguments = std::vector<v8::Local<v8::Value>>;
  struct admission;
  struct inner_call;

  /// What a module takes while it is alive.
  struct holding {
    wasm_budget::charge functions;
    byte_loan bytes; ///< Of V8's own copy, and of what V8 has for each function.
  };

  /// A module that is alive until V8 has collected it, or the promise of one.
  struct tracked {
    wasm_gate* owner;
    v8::Global<v8::Object> object;
    holding held;
    std::list<tracked>::iterator place;
  };

  static void compile_async(const call& info);
  static void instantiate_async(const call& info);
  static void validate(const call& info);
  static bool make_module(const call& info);
  static void make_tag(const call& info);
  static void settle(v8::Isolate* isolate, v8::Local<v8::Context> context,
                     v8::Local<v8::Promise::Resolver> resolver, v8::Local<v8::Value> result,
                     v8::WasmAsyncSuccess success);

  /// Null, or why there is no room.
  [[nodiscard]] const char* take(isolate_scope& here, std::span<const std::byte> bytes,
                                 const wasm_needs& needs, bool shared, holding& to);
  [[nodiscard]] admission look_at(isolate_scope& here, const call& info, int options, bool stays);
  tracked& track(isolate_scope& here, v8::Local<v8::Object> object, holding held);
  [[nodiscard]] holding untrack(tracked& which);

  /// Calls one of V8's functions; scripts that it calls are nobody's inner call.
  [[nodiscard]] v8::MaybeLocal<v8::Value> forward(v8::Local<v8::Context> context,
                                                  v8::Local<v8::Value> function,
                                                  v8::Local<v8::Value> receiver, arguments& all,
                                                  inner_call* inner = nullptr);
  void compiled(isolate_scope& here, v8::Local<v8::Context> context, v8::Local<v8::Array> note,
                v8::Local<v8::Value> result, bool success);

  v8::Global<v8::Private> note_; ///< What a promise of V8's carries.
  wasm_budget budget_;
  std::list<tracked> alive_;
  inner_call* inner_ = nullptr; ///< Whose result V8 is to give.
  bool passes_ = false;         ///< The next module that is made was looked at.
};

} // namespace troupe::js

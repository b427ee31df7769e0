// makeContext and isContext: `vm.createContext`, `vm.isContext`.

#include "runtime/builtin_bindings.hpp"
#include "runtime/node_vm/machine.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-exception.h>
#include <v8-primitive.h>

namespace troupe::js::node_vm {

namespace {

/// makeContext(contextObject | undefined, name, origin, strings, wasm, ownQueue,
///             importCallback)
void make_context(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  if (!(info[0]->IsObject() || info[0]->IsUndefined()) || !info[1]->IsString())
    return throw_illegal_call(isolate);
  v8::Local<v8::Context> old;
  if (vm.contexts().find(info[0]).ToLocal(&old))
    return info.GetReturnValue().Set(info[0]);
  context_wish wish{.name = to_utf8(isolate, info[1].As<v8::String>()),
                    .strings = !info[3]->IsFalse(),
                    .wasm = !info[4]->IsFalse(),
                    .own_microtask_queue = info[5]->IsTrue()};
  if (info[0]->IsObject())
    wish.contextified = info[0].As<v8::Object>();
  if (info[2]->IsString())
    wish.origin = to_utf8(isolate, info[2].As<v8::String>());
  if (info[6]->IsSymbol())
    wish.import_callback = info[6].As<v8::Symbol>();
  v8::TryCatch caught{isolate};
  v8::Local<v8::Object> made;
  if (vm.contexts().make(isolate->GetCurrentContext(), wish).ToLocal(&made)) {
    info.GetReturnValue().Set(made);
    return;
  }
  if (caught.HasTerminated()) {
    isolate->TerminateExecution();
    return;
  }
  if (!caught.HasCaught())
    isolate->ThrowException(v8::Exception::RangeError(
      v8::String::NewFromUtf8Literal(isolate, "There is no memory for another context")));
  caught.ReThrow();
}

/// isContext(object)
void is_context(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  info.GetReturnValue().Set(!vm.contexts().find(info[0]).IsEmpty());
}

} // namespace

void add_context_functions(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                           v8::Local<v8::Value> data) {
  add_function(context, to, "makeContext", &make_context, data);
  add_function(context, to, "isContext", &is_context, data);
}

} // namespace troupe::js::node_vm

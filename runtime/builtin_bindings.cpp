#include "runtime/builtin_bindings.hpp"

#include <v8-function.h>

namespace troupe::js {

void add_bindings(builtin_modules& to, environment& owner) {
  to.add_binding("util", &fill_util_binding);
  to.add_binding("vm", [&owner](isolate_scope& here, v8::Local<v8::Context> context,
                                v8::Local<v8::Object> object) {
    fill_vm_binding(owner, here, context, object);
  });
}

void add_function(v8::Local<v8::Context> context, v8::Local<v8::Object> to, const char* name,
                  v8::FunctionCallback callback, v8::Local<v8::Value> data) {
  auto* isolate = context->GetIsolate();
  auto key =
    v8::String::NewFromUtf8(isolate, name, v8::NewStringType::kInternalized).ToLocalChecked();
  v8::Local<v8::Function> made;
  if (!v8::Function::New(context, callback, data, 0, v8::ConstructorBehavior::kThrow)
         .ToLocal(&made))
    return;
  made->SetName(key);
  to->CreateDataProperty(context, key, made).FromMaybe(false);
}

} // namespace troupe::js

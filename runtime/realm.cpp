#include "runtime/realm.hpp"

namespace troupe::js {

bool realm::make(isolate_scope& here) {
  auto* isolate = here.v8();
  auto context = v8::Context::New(isolate);
  if (context.IsEmpty())
    return false;
  v8::Context::Scope entered{context};
  auto global = context->Global();
  v8::Local<v8::Value> reflect;
  v8::Local<v8::Value> set;
  if (!global->Get(context, v8::String::NewFromUtf8Literal(isolate, "Reflect")).ToLocal(&reflect)
      || !reflect.As<v8::Object>()
            ->Get(context, v8::String::NewFromUtf8Literal(isolate, "set"))
            .ToLocal(&set))
    return false;
  // V8 has a console of its own, which prints nothing without an inspector.
  global->Delete(context, v8::String::NewFromUtf8Literal(isolate, "console")).Check();
  context_.Reset(isolate, context);
  reflect_set_.Reset(isolate, set.As<v8::Function>());
  return true;
}

v8::Maybe<bool> realm::assign(isolate_scope& here, v8::Local<v8::Object> to,
                              v8::Local<v8::String> key, v8::Local<v8::Value> item) const {
  auto context = this->context(here);
  v8::Local<v8::Value> arguments[]{to, key, item};
  v8::Local<v8::Value> assigned;
  if (!reflect_set_.Get(here.v8())
         ->Call(context, v8::Undefined(here.v8()), 3, arguments)
         .ToLocal(&assigned))
    return v8::Nothing<bool>();
  return v8::Just(assigned->IsTrue());
}

} // namespace troupe::js

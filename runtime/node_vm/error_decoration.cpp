#include "runtime/node_vm/error_decoration.hpp"

#include "runtime/error_capture.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-message.h>
#include <v8-primitive.h>

#include <string_view>

namespace troupe::js::node_vm {

v8::Local<v8::Message> origin_of(v8::Isolate* isolate, v8::Local<v8::Value> thrown,
                                 v8::Local<v8::Message> message) {
  constexpr std::string_view builtin_name_prefix = "troupe:internal/";
  if (message.IsEmpty() || thrown.IsEmpty() || !thrown->IsNativeError())
    return message;
  auto name = message->GetScriptResourceName();
  if (!name->IsString()
      || !to_utf8(isolate, name.As<v8::String>()).starts_with(builtin_name_prefix))
    return message;
  return v8::Exception::CreateMessage(isolate, thrown);
}

void error_decorator::decorate(isolate_scope& here, v8::Local<v8::Context> context,
                               const v8::TryCatch& caught) const {
  decorate(here, context, caught.Exception(), caught.Message());
}

void error_decorator::decorate(isolate_scope& here, v8::Local<v8::Context> context,
                               v8::Local<v8::Value> thrown,
                               v8::Local<v8::Message> message) const {
  auto* isolate = here.v8();
  if (thrown.IsEmpty() || !thrown->IsObject() || message.IsEmpty())
    return;
  v8::TryCatch quiet{isolate};
  auto error = thrown.As<v8::Object>();
  auto mark = decorated_.Get(isolate);
  if (error->HasPrivate(context, mark).FromMaybe(true))
    return;
  auto key = v8::String::NewFromUtf8Literal(isolate, "stack");
  v8::Local<v8::Value> stack;
  v8::Local<v8::String> above;
  bool has_stack = error->Get(context, key).ToLocal(&stack);
  if (has_stack && !stack->IsString())
    error->SetPrivate(context, mark, v8::False(isolate)).FromMaybe(false);
  if (!has_stack || !stack->IsString()
      || !to_v8_string(isolate, arrow_of(here, context, message) + "\n").ToLocal(&above))
    return;
  if (error->SetPrivate(context, mark, v8::True(isolate)).FromMaybe(false)
      && above->Length() <= v8::String::kMaxLength - stack.As<v8::String>()->Length())
    error->Set(context, key, v8::String::Concat(isolate, above, stack.As<v8::String>()))
      .FromMaybe(false);
  if (quiet.HasTerminated())
    isolate->TerminateExecution();
}

bool error_decorator::has_decorated(v8::Local<v8::Context> context,
                                    v8::Local<v8::Value> error) const {
  auto mark = decorated_.Get(v8::Isolate::GetCurrent());
  v8::Local<v8::Value> how;
  return error->IsObject() && error.As<v8::Object>()->GetPrivate(context, mark).ToLocal(&how)
         && how->IsTrue();
}

bool error_decorator::is_known(v8::Local<v8::Context> context,
                               v8::Local<v8::Value> thrown) const {
  auto mark = decorated_.Get(v8::Isolate::GetCurrent());
  return thrown->IsObject()
         && thrown.As<v8::Object>()->HasPrivate(context, mark).FromMaybe(false);
}

} // namespace troupe::js::node_vm

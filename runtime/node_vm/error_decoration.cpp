#include "runtime/node_vm/error_decoration.hpp"

#include "runtime/error_capture.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-message.h>
#include <v8-primitive.h>

namespace troupe::js::node_vm {

void error_decorator::decorate(isolate_scope& here, v8::Local<v8::Context> context,
                               const v8::TryCatch& caught) const {
  auto* isolate = here.v8();
  auto thrown = caught.Exception();
  auto message = caught.Message();
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
  if (!error->Get(context, key).ToLocal(&stack) || !stack->IsString()
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
  return error->IsObject() && error.As<v8::Object>()->HasPrivate(context, mark).FromMaybe(false);
}

} // namespace troupe::js::node_vm

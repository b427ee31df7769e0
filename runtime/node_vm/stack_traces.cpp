#include "runtime/node_vm/stack_traces.hpp"

#include "runtime/node_vm/machine.hpp"

#include <v8-container.h>
#include <v8-exception.h>
#include <v8-primitive.h>

namespace troupe::js::node_vm {

namespace {

v8::Local<v8::String> text(v8::Isolate* isolate, const char* latin) {
  return v8::String::NewFromUtf8(isolate, latin, v8::NewStringType::kInternalized)
    .ToLocalChecked();
}

/// A property that is an object or a function; empty when it is not, or reading it throws.
v8::Local<v8::Object> object_at(v8::Local<v8::Context> context, v8::Local<v8::Object> of,
                                const char* key) {
  v8::Local<v8::Value> found;
  if (!of->Get(context, text(v8::Isolate::GetCurrent(), key)).ToLocal(&found)
      || !found->IsObject())
    return {};
  return found.As<v8::Object>();
}

} // namespace

bool stack_traces::prepare(v8::Isolate* isolate, v8::Local<v8::Context> main) {
  auto error = object_at(main, main->Global(), "Error");
  auto prototype = error.IsEmpty() ? error : object_at(main, error, "prototype");
  auto to_string = prototype.IsEmpty() ? prototype : object_at(main, prototype, "toString");
  auto array = object_at(main, main->Global(), "Array");
  auto of_arrays = array.IsEmpty() ? array : object_at(main, array, "prototype");
  auto join = of_arrays.IsEmpty() ? of_arrays : object_at(main, of_arrays, "join");
  if (to_string.IsEmpty() || join.IsEmpty())
    return false;
  join_.Reset(isolate, join.As<v8::Function>());
  error_of_main_.Reset(isolate, error);
  to_string_.Reset(isolate, to_string.As<v8::Function>());
  isolate->SetPrepareStackTraceCallback(&stack_traces::on_prepare);
  return true;
}

v8::MaybeLocal<v8::Value> stack_traces::on_prepare(v8::Local<v8::Context> context,
                                                   v8::Local<v8::Value> error,
                                                   v8::Local<v8::Array> sites) {
  auto* isolate = v8::Isolate::GetCurrent();
  v8::EscapableHandleScope handles{isolate};
  auto* vm = machine::of(isolate);
  if (vm == nullptr) // it is being made, or ends
    return v8::Undefined(isolate).As<v8::Value>();
  const auto& self = vm->stacks();
  v8::Local<v8::Object> own;
  {
    v8::TryCatch quiet{isolate}; // a getter of the script
    own = object_at(context, context->Global(), "Error");
  }
  for (auto from : {own, self.error_of_main_.Get(isolate)}) {
    if (from.IsEmpty())
      continue;
    v8::Local<v8::Value> prepare;
    if (!from->Get(context, text(isolate, "prepareStackTrace")).ToLocal(&prepare))
      return {};
    if (!prepare->IsFunction())
      continue;
    v8::Local<v8::Value> arguments[]{error, sites};
    v8::Local<v8::Value> made;
    if (!prepare.As<v8::Function>()->Call(context, from, 2, arguments).ToLocal(&made))
      return {};
    return handles.Escape(made);
  }
  v8::Local<v8::Value> made;
  if (!self.plain(context, error, sites).ToLocal(&made))
    return {};
  return handles.Escape(made);
}

v8::MaybeLocal<v8::Value> stack_traces::plain(v8::Local<v8::Context> context,
                                              v8::Local<v8::Value> error,
                                              v8::Local<v8::Array> sites) const {
  auto* isolate = v8::Isolate::GetCurrent();
  auto shown = text(isolate, "<error>");
  {
    v8::TryCatch quiet{isolate};
    v8::Local<v8::Value> described;
    if (to_string_.Get(isolate)->Call(context, error, 0, nullptr).ToLocal(&described)
        && described->IsString())
      shown = described.As<v8::String>();
    if (quiet.HasTerminated()) {
      quiet.ReThrow();
      return {};
    }
  }
  if (sites->Length() == 0)
    return shown.As<v8::Value>();
  auto before = text(isolate, "\n    at ");
  v8::Local<v8::Value> separator = before;
  v8::Local<v8::Value> places;
  if (!join_.Get(isolate)->Call(context, sites, 1, &separator).ToLocal(&places)
      || !places->IsString())
    return {};
  auto all = v8::String::Concat(isolate, before, places.As<v8::String>());
  if (all.IsEmpty() || shown->Length() > v8::String::kMaxLength - all->Length())
    return shown.As<v8::Value>();
  return v8::String::Concat(isolate, shown, all).As<v8::Value>();
}

} // namespace troupe::js::node_vm

// ContextifyScript, which `vm.Script` extends.

#include "runtime/node_vm/cached_data.hpp"
#include "runtime/node_vm/exception_relay.hpp"
#include "runtime/node_vm/machine.hpp"
#include "runtime/node_vm/source_origin.hpp"
#include "runtime/offered_code_cache.hpp"

#include <v8-script.h>
#include <v8-template.h>

namespace troupe::js::node_vm {

namespace {

enum field : int { compiled_field, source_field, field_count };

bool define(v8::Local<v8::Context> context, v8::Local<v8::Object> on, const char* key,
            v8::Local<v8::Value> value) {
  auto name = v8::String::NewFromUtf8(v8::Isolate::GetCurrent(), key).ToLocalChecked();
  return on->CreateDataProperty(context, name, value).FromMaybe(false);
}

v8::Local<v8::Value> or_undefined(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  return value->IsString() ? value : v8::Undefined(isolate).As<v8::Value>();
}

/// new ContextifyScript(code, filename, lineOffset, columnOffset, cachedData,
///                      produceCachedData, parsingContext, importCallback)
void construct(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  if (!info.IsConstructCall() || info.Length() < 6 || !info[0]->IsString() || !info[1]->IsString()
      || !info[2]->IsInt32() || !info[3]->IsInt32())
    return throw_illegal_call(isolate);
  auto context = isolate->GetCurrentContext();
  auto self = info.This();
  auto code = info[0].As<v8::String>();
  auto parsing = vm.contexts().find(info[6]).FromMaybe(context);
  auto origin = source_origin(isolate, info[1], info[2], info[3], info[7]);
  bool has_cache = info[4]->IsArrayBufferView();
  code_cache_ptr cache;
  if (has_cache)
    cache = unseal_view(digest_of_text(isolate, source_kind::script, code), info[4]);
  offered_code_cache offer{isolate, cache};
  v8::ScriptCompiler::Source text{code, origin, offer.data()};
  v8::Local<v8::UnboundScript> compiled;
  {
    v8::Context::Scope entered{parsing};
    exception_relay relay{isolate};
    if (!v8::ScriptCompiler::CompileUnboundScript(isolate, &text, offer.options())
           .ToLocal(&compiled)) {
      if (relay.threw() && !relay.caught().HasTerminated())
        vm.decorator().decorate(here, parsing, relay.caught());
      return;
    }
  }
  self->SetInternalField(compiled_field, compiled);
  self->SetInternalField(source_field, code);
  bool defined =
    !has_cache
    || define(context, self, "cachedDataRejected", v8::Boolean::New(isolate, !offer.taken()));
  if (info[5]->IsTrue()) {
    auto made = make_code_cache(compiled);
    if (made)
      defined = defined
                && define(context, self, "cachedData",
                          vm.as_buffer(seal_to_array(
                            isolate, digest_of_text(isolate, source_kind::script, code), made)));
    defined =
      defined
      && define(context, self, "cachedDataProduced", v8::Boolean::New(isolate, made != nullptr));
  }
  static_cast<void>(
    defined && define(context, self, "sourceURL", or_undefined(isolate, compiled->GetSourceURL()))
    && define(context, self, "sourceMapURL",
              or_undefined(isolate, compiled->GetSourceMappingURL())));
}

/// The receiver is a script, as its signature says; has it been compiled?
v8::MaybeLocal<v8::UnboundScript> compiled_of(v8::Local<v8::Object> self) {
  auto data = self->GetInternalField(compiled_field);
  if (data->IsValue())
    return {};
  return data.As<v8::UnboundScript>();
}

/// runInContext(contextifiedObject | null, timeout, displayErrors, breakOnSigint)
void run_in_context(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  v8::Local<v8::UnboundScript> compiled;
  v8::Local<v8::Context> context;
  if (!compiled_of(info.This()).ToLocal(&compiled) || !info[1]->IsNumber())
    return throw_illegal_call(isolate);
  if (info[0]->IsNull())
    context = isolate->GetCurrentContext();
  else if (!vm.contexts().find(info[0]).ToLocal(&context))
    return throw_illegal_call(isolate);
  auto timeout = info[1].As<v8::Number>()->Value();
  run_wish wish{.break_on_sigint = info[3]->IsTrue(), .display_errors = !info[2]->IsFalse()};
  if (timeout >= 1 && timeout <= 4294967295.0)
    wish.timeout = std::chrono::milliseconds{static_cast<std::int64_t>(timeout)};
  v8::Local<v8::Value> last;
  // Bound anew for every run: one that declares `let` must not run twice (js::script_cache).
  auto run = [&] { return compiled->BindToCurrentContext()->Run(context); };
  if (vm.run(here, context, wish, run).ToLocal(&last))
    info.GetReturnValue().Set(last);
}

/// createCachedData()
void create_cached_data(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  v8::Local<v8::UnboundScript> compiled;
  if (!compiled_of(info.This()).ToLocal(&compiled))
    return throw_illegal_call(isolate);
  auto code = info.This()->GetInternalField(source_field).As<v8::Value>().As<v8::String>();
  info.GetReturnValue().Set(vm.as_buffer(seal_to_array(
    isolate, digest_of_text(isolate, source_kind::script, code), make_code_cache(compiled))));
}

} // namespace

void add_script_class(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                      v8::Local<v8::Value> data) {
  auto* isolate = v8::Isolate::GetCurrent();
  auto name = v8::String::NewFromUtf8Literal(isolate, "ContextifyScript");
  auto form = v8::FunctionTemplate::New(isolate, &construct, data);
  form->SetClassName(name);
  form->InstanceTemplate()->SetInternalFieldCount(field_count);
  auto signature = v8::Signature::New(isolate, form);
  auto method = [&](const char* key, v8::FunctionCallback callback) {
    auto made = v8::FunctionTemplate::New(isolate, callback, data, signature, 0,
                                          v8::ConstructorBehavior::kThrow);
    form->PrototypeTemplate()->Set(isolate, key, made);
  };
  method("createCachedData", &create_cached_data);
  method("runInContext", &run_in_context);
  v8::Local<v8::Function> made;
  if (form->GetFunction(context).ToLocal(&made))
    to->CreateDataProperty(context, name, made).FromMaybe(false);
}

} // namespace troupe::js::node_vm

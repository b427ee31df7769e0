// import() in code of node:vm.

#include "runtime/node_vm/embedder_data.hpp"
#include "runtime/node_vm/machine.hpp"

#include <v8-container.h>
#include <v8-promise.h>
#include <v8-script.h>

namespace troupe::js::node_vm {

namespace {

/// What stands for `importModuleDynamically` in the code that imports; `undefined` for code
/// that is not of node:vm.
v8::Local<v8::Value> callback_of(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                 v8::Local<v8::Data> host_defined_options) {
  if (!host_defined_options.IsEmpty() && host_defined_options->IsFixedArray()) {
    auto options = host_defined_options.As<v8::FixedArray>();
    if (options->Length() > 0) {
      auto first = options->Get(context, 0);
      if (first->IsValue() && first.As<v8::Value>()->IsSymbol())
        return first.As<v8::Value>();
    }
  }
  return embedder_data(isolate, context, context_slot::import_callback);
}

enum class settling : std::uint8_t { with_value, with_first_item, with_error };

template <settling how>
void settle(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  v8::HandleScope handles{isolate};
  auto resolver = info.Data().As<v8::Promise::Resolver>();
  // In the realm of the promise: what follows belongs to its queue.
  v8::Local<v8::Context> context;
  if (!resolver->GetCreationContext(isolate).ToLocal(&context))
    return;
  v8::Local<v8::Value> result;
  if (how == settling::with_error)
    resolver->Reject(context, info[0]).FromMaybe(false);
  else if (how == settling::with_value)
    resolver->Resolve(context, info[0]).FromMaybe(false);
  else if (info[0]->IsObject()
           && info[0].As<v8::Object>()->Get(isolate->GetCurrentContext(), 0).ToLocal(&result))
    resolver->Resolve(context, result).FromMaybe(false);
}

} // namespace

import_server machine::server_of(v8::Local<v8::Context> context,
                                 v8::Local<v8::Data> host_defined_options) const {
  auto symbol = callback_of(owner_.v8(), context, host_defined_options);
  if (!symbol->IsSymbol())
    return contexts_.contains(context) ? import_server::script : import_server::host;
  return modules_.is_default_loader(symbol) ? import_server::host_in_main : import_server::script;
}

v8::MaybeLocal<v8::Promise> machine::import(v8::Local<v8::Context> main,
                                            v8::Local<v8::Context> context,
                                            v8::Local<v8::Data> host_defined_options,
                                            v8::Local<v8::String> specifier, bool source_phase,
                                            v8::Local<v8::FixedArray> attributes) {
  auto* isolate = owner_.v8();
  v8::EscapableHandleScope handles{isolate};
  auto server = modules_.import_server();
  if (server.IsEmpty()) { // its realm is gone
    throw_illegal_call(isolate);
    return {};
  }
  v8::LocalVector<v8::Value> pairs{isolate};
  for (int i = 0; i < attributes->Length(); ++i)
    pairs.push_back(attributes->Get(context, i).As<v8::Value>());
  v8::Context::Scope entered{main};
  v8::Local<v8::Value> arguments[]{callback_of(isolate, context, host_defined_options), specifier,
                                   v8::Boolean::New(isolate, source_phase),
                                   v8::Array::New(isolate, pairs.data(), pairs.size())};
  v8::Local<v8::Value> served;
  v8::Local<v8::Promise> promise;
  if (!server->Call(main, v8::Undefined(isolate), 4, arguments).ToLocal(&served)
      || !served->IsPromise()
      || !hand_over(context, served.As<v8::Promise>(), true).ToLocal(&promise))
    return {};
  return handles.Escape(promise);
}

v8::MaybeLocal<v8::Promise> machine::adopt(v8::Local<v8::Context> main,
                                           v8::Local<v8::Context> context,
                                           v8::Local<v8::Promise> from) {
  v8::EscapableHandleScope handles{owner_.v8()};
  v8::Context::Scope entered{main};
  v8::Local<v8::Promise> promise;
  if (!hand_over(context, from, false).ToLocal(&promise))
    return {};
  return handles.Escape(promise);
}

v8::MaybeLocal<v8::Promise> machine::hand_over(v8::Local<v8::Context> context,
                                               v8::Local<v8::Promise> from, bool wrapped) {
  auto main = owner_.v8()->GetCurrentContext();
  v8::Local<v8::Promise::Resolver> resolver;
  v8::Local<v8::Function> fulfilled;
  v8::Local<v8::Function> rejected;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)
      || !v8::Function::New(
            main, wrapped ? &settle<settling::with_first_item> : &settle<settling::with_value>,
            resolver)
            .ToLocal(&fulfilled)
      || !v8::Function::New(main, &settle<settling::with_error>, resolver).ToLocal(&rejected)
      || from->Then(main, fulfilled, rejected).IsEmpty())
    return {};
  return resolver->GetPromise();
}

} // namespace troupe::js::node_vm

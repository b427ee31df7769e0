// import() in code of node:vm.

#include "runtime/builtin_bindings.hpp"
#include "runtime/node_vm/embedder_data.hpp"
#include "runtime/node_vm/machine.hpp"

#include <v8-container.h>
#include <v8-promise.h>
#include <v8-script.h>

#include <iterator>

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

/// In the realm of the promise: what follows belongs to its queue.
void settle(v8::Isolate* isolate, v8::Local<v8::Promise::Resolver> resolver, bool fulfilled,
            v8::Local<v8::Value> with) {
  v8::Local<v8::Context> context;
  if (!resolver->GetCreationContext(isolate).ToLocal(&context))
    return;
  if (fulfilled)
    resolver->Resolve(context, with).FromMaybe(false);
  else
    resolver->Reject(context, with).FromMaybe(false);
}

template <bool fulfilled>
void on_settled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::HandleScope handles{info.GetIsolate()};
  settle(info.GetIsolate(), info.Data().As<v8::Promise::Resolver>(), fulfilled, info[0]);
}

/// settleImport(promise, fulfilled?, value)
void settle_import(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::HandleScope handles{info.GetIsolate()};
  if (!info[0]->IsPromise())
    return throw_illegal_call(info.GetIsolate());
  settle(info.GetIsolate(), info[0].As<v8::Promise::Resolver>(), info[1]->IsTrue(), info[2]);
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
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver))
    return {};
  v8::Context::Scope entered{main};
  v8::Local<v8::Value> arguments[]{
    resolver->GetPromise(), callback_of(isolate, context, host_defined_options), specifier,
    v8::Boolean::New(isolate, source_phase), v8::Array::New(isolate, pairs.data(), pairs.size())};
  v8::Local<v8::Value> served;
  if (!server->Call(main, v8::Undefined(isolate), std::size(arguments), arguments)
         .ToLocal(&served))
    return {};
  // At the end of the stack not even its error handling works.
  if (served->IsPromise() && served.As<v8::Promise>()->State() == v8::Promise::kRejected) {
    handled(served.As<v8::Promise>());
    settle(isolate, resolver, false, served.As<v8::Promise>()->Result());
  }
  return handles.Escape(resolver->GetPromise());
}

v8::MaybeLocal<v8::Promise> machine::adopt(v8::Local<v8::Context> main,
                                           v8::Local<v8::Context> context,
                                           v8::Local<v8::Promise> from) {
  v8::EscapableHandleScope handles{owner_.v8()};
  v8::Context::Scope entered{main};
  v8::Local<v8::Promise> promise;
  if (!hand_over(context, from).ToLocal(&promise))
    return {};
  return handles.Escape(promise);
}

v8::MaybeLocal<v8::Promise> machine::hand_over(v8::Local<v8::Context> context,
                                               v8::Local<v8::Promise> from) {
  auto main = owner_.v8()->GetCurrentContext();
  v8::Local<v8::Promise::Resolver> resolver;
  v8::Local<v8::Function> fulfilled;
  v8::Local<v8::Function> rejected;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)
      || !v8::Function::New(main, &on_settled<true>, resolver).ToLocal(&fulfilled)
      || !v8::Function::New(main, &on_settled<false>, resolver).ToLocal(&rejected)
      || from->Then(main, fulfilled, rejected).IsEmpty())
    return {};
  return resolver->GetPromise();
}

void add_dynamic_import(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                        v8::Local<v8::Value> data) {
  add_function(context, to, "settleImport", &settle_import, data);
}

} // namespace troupe::js::node_vm

// ModuleWrap: what `vm.Module` and its kin keep inside.

#include "runtime/builtin_bindings.hpp"
#include "runtime/exception.hpp"
#include "runtime/module_linking.hpp"
#include "runtime/module_node.hpp"
#include "runtime/node_vm/cached_data.hpp"
#include "runtime/node_vm/exception_relay.hpp"
#include "runtime/node_vm/machine.hpp"
#include "runtime/node_vm/source_origin.hpp"
#include "runtime/offered_code_cache.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-container.h>
#include <v8-promise.h>
#include <v8-script.h>
#include <v8-template.h>

#include <string>

namespace troupe::js::node_vm {

namespace {

enum field : int {
  module_field,
  url_field = script_modules::url_field,
  source_field,   ///< The text, for caches; of a synthetic module undefined.
  context_field,  ///< The contextified object; undefined for the main context.
  linked_field,   ///< An array of ModuleWraps, in the order of the requests.
  callback_field, ///< Fills `import.meta`, or evaluates a synthetic module.
  promise_field,  ///< Of the evaluation, if that is not V8's own.
  field_count,
};

v8::Local<v8::String> text(v8::Isolate* isolate, const char* latin) {
  return v8::String::NewFromUtf8(isolate, latin).ToLocalChecked();
}

v8::Local<v8::Value> value_at(v8::Local<v8::Object> self, field which) {
  return self->GetInternalField(which).As<v8::Value>();
}

/// An Error with a code.
void throw_coded(v8::Isolate* isolate,
                 v8::Local<v8::Value> (*make)(v8::Local<v8::String>, v8::Local<v8::Value>),
                 const char* code, v8::Local<v8::String> message) {
  auto error = make(message, {}).As<v8::Object>();
  error
    ->CreateDataProperty(isolate->GetCurrentContext(), text(isolate, "code"), text(isolate, code))
    .FromMaybe(false);
  isolate->ThrowException(error);
}

/// What a method is about; unusable when the object was never finished.
struct subject {
  explicit subject(const v8::FunctionCallbackInfo<v8::Value>& info)
    : vm(machine::of(info)), here(vm.owner()), isolate(info.GetIsolate()), self(info.This()) {
    auto data = self->GetInternalField(module_field);
    if (data->IsValue())
      return;
    module = data.As<v8::Module>();
  }

  [[nodiscard]] bool usable() const {
    if (module.IsEmpty())
      throw_illegal_call(isolate);
    return !module.IsEmpty();
  }

  /// The module's; when that is a part of the main one, the current.
  [[nodiscard]] v8::Local<v8::Context> context() const {
    return vm.contexts()
      .find(value_at(self, context_field))
      .FromMaybe(isolate->GetCurrentContext());
  }

  machine& vm;
  isolate_scope here;
  v8::Isolate* isolate;
  v8::Local<v8::Object> self;
  v8::Local<v8::Module> module;
};

/// Is it a ModuleWrap with its module?
bool is_finished(machine& vm, v8::Local<v8::Value> value) {
  if (!value->IsObject() || value.As<v8::Object>()->InternalFieldCount() != field_count)
    return false;
  auto data = value.As<v8::Object>()->GetInternalField(module_field);
  v8::Local<v8::Object> known;
  return !data->IsValue() && vm.modules().find(data.As<v8::Module>()).ToLocal(&known)
         && known == value;
}

// -- what V8 asks ---------------------------------------------------------------------

bool same_attributes(v8::Local<v8::Context> context, v8::Local<v8::FixedArray> a,
                     v8::Local<v8::FixedArray> b) {
  // Key, value, place.
  if (a->Length() != b->Length())
    return false;
  for (int i = 0; i < a->Length(); i += 3)
    for (int k = i; k < i + 2; ++k)
      if (!a->Get(context, k).As<v8::String>()->StringEquals(b->Get(context, k).As<v8::String>()))
        return false;
  return true;
}

/// The ModuleWrap that an import is linked to; empty with an exception pending.
v8::MaybeLocal<v8::Object> linked_to(machine& vm, v8::Local<v8::Context> context,
                                     v8::Local<v8::String> specifier,
                                     v8::Local<v8::FixedArray> attributes,
                                     v8::Local<v8::Module> referrer) {
  auto* isolate = vm.owner().v8();
  v8::Local<v8::Object> self;
  v8::Local<v8::Value> linked;
  v8::Local<v8::Value> target;
  if (vm.modules().find(referrer).ToLocal(&self))
    linked = value_at(self, linked_field);
  if (!linked.IsEmpty() && linked->IsArray()) {
    auto requests = referrer->GetModuleRequests();
    for (int i = 0; i < requests->Length(); ++i) {
      auto request = requests->Get(context, i).As<v8::ModuleRequest>();
      if (request->GetSpecifier()->StringEquals(specifier)
          && same_attributes(context, request->GetImportAttributes(), attributes)
          && linked.As<v8::Array>()->Get(context, static_cast<std::uint32_t>(i)).ToLocal(&target)
          && target->IsObject())
        return target.As<v8::Object>();
    }
  }
  auto name =
    self.IsEmpty() ? v8::String::Empty(isolate) : value_at(self, url_field).As<v8::String>();
  auto message = v8::String::Concat(isolate, text(isolate, "request for '"),
                                    shown_in_message(isolate, specifier));
  message =
    v8::String::Concat(isolate, message, text(isolate, "' can not be resolved on module '"));
  message = v8::String::Concat(isolate, message, shown_in_message(isolate, name));
  message = v8::String::Concat(isolate, message, text(isolate, "' that is not linked"));
  throw_coded(isolate, &v8::Exception::Error, "ERR_VM_MODULE_LINK_FAILURE", message);
  return {};
}

v8::MaybeLocal<v8::Module> on_resolve(v8::Local<v8::Context> context,
                                      v8::Local<v8::String> specifier,
                                      v8::Local<v8::FixedArray> attributes,
                                      v8::Local<v8::Module> referrer) {
  auto* vm = machine::of(v8::Isolate::GetCurrent());
  v8::Local<v8::Object> target;
  if (!linked_to(*vm, context, specifier, attributes, referrer).ToLocal(&target))
    return {};
  return target->GetInternalField(module_field).As<v8::Module>();
}

v8::MaybeLocal<v8::Object> on_resolve_source(v8::Local<v8::Context> context,
                                             v8::Local<v8::String> specifier,
                                             v8::Local<v8::FixedArray> attributes,
                                             v8::Local<v8::Module> referrer) {
  auto* isolate = v8::Isolate::GetCurrent();
  auto* vm = machine::of(isolate);
  v8::Local<v8::Object> target;
  if (!linked_to(*vm, context, specifier, attributes, referrer).ToLocal(&target))
    return {};
  auto message = v8::String::Concat(
    isolate, text(isolate, "Source phase import object is not defined for module '"),
    shown_in_message(isolate, value_at(target, url_field).As<v8::String>()));
  throw_coded(isolate, &v8::Exception::SyntaxError, "ERR_SOURCE_PHASE_NOT_DEFINED",
              v8::String::Concat(isolate, message, text(isolate, "'")));
  return {};
}

v8::MaybeLocal<v8::Value> on_evaluate(v8::Local<v8::Context> context,
                                      v8::Local<v8::Module> module) {
  auto* isolate = v8::Isolate::GetCurrent();
  auto* vm = machine::of(isolate);
  v8::EscapableHandleScope handles{isolate};
  v8::Local<v8::Object> self;
  v8::Local<v8::Promise::Resolver> resolver;
  v8::Local<v8::Value> ignored;
  if (vm->modules().find(module).ToLocal(&self)) {
    auto callback = value_at(self, callback_field);
    if (callback->IsFunction()
        && !callback.As<v8::Function>()
              ->Call(context, v8::Undefined(isolate), 0, nullptr)
              .ToLocal(&ignored))
      return {};
  }
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)
      || resolver->Resolve(context, v8::Undefined(isolate)).IsNothing())
    return {};
  return handles.Escape(resolver->GetPromise().As<v8::Value>());
}

// -- making ---------------------------------------------------------------------------

v8::MaybeLocal<v8::Module> compile(const v8::FunctionCallbackInfo<v8::Value>& info, machine& vm,
                                   v8::Local<v8::Context> context, bool& rejected) {
  auto* isolate = info.GetIsolate();
  auto code = info[2].As<v8::String>();
  auto origin = source_origin(isolate, info[0], info[3], info[4], info[6], true);
  bool has_cache = info[5]->IsArrayBufferView();
  code_cache_ptr cache;
  if (has_cache)
    cache = unseal_view(digest_of_text(isolate, source_kind::module, code), info[5]);
  offered_code_cache offer{isolate, cache};
  v8::ScriptCompiler::Source source{code, origin, offer.data()};
  v8::Context::Scope entered{context};
  auto module = v8::ScriptCompiler::CompileModule(isolate, &source, offer.options());
  rejected = has_cache && !offer.taken();
  static_cast<void>(vm);
  return module;
}

v8::MaybeLocal<v8::Module> synthesize(const v8::FunctionCallbackInfo<v8::Value>& info,
                                      v8::Local<v8::Context> context) {
  auto* isolate = info.GetIsolate();
  auto list = info[2].As<v8::Array>();
  v8::LocalVector<v8::String> names{isolate};
  auto different = v8::Set::New(isolate);
  for (std::uint32_t i = 0; i < list->Length(); ++i) {
    v8::Local<v8::Value> name;
    if (!list->Get(isolate->GetCurrentContext(), i).ToLocal(&name) || !name->IsString())
      return {};
    names.push_back(name.As<v8::String>());
    // V8 ends the process when one is there twice.
    if (!different->Add(isolate->GetCurrentContext(), name).ToLocal(&different))
      return {};
  }
  if (different->Size() != names.size()) {
    throw_illegal_call(isolate);
    return {};
  }
  v8::Context::Scope entered{context};
  return v8::Module::CreateSyntheticModule(
    isolate, info[0].As<v8::String>(),
    v8::MemorySpan<const v8::Local<v8::String>>{names.data(), names.size()}, &on_evaluate);
}

/// new ModuleWrap(url, contextObject, code, lineOffset, columnOffset, cachedData, symbol,
///                fillMeta): source text; cachedDataRejected is true when it was
/// new ModuleWrap(url, contextObject, exportNames, evaluate): synthetic
void construct(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  bool synthetic = info[2]->IsArray();
  bool sound = info.IsConstructCall() && info[0]->IsString()
               && (synthetic ? info[3]->IsFunction()
                             : info[2]->IsString() && info[3]->IsInt32() && info[4]->IsInt32()
                                 && info[6]->IsSymbol());
  if (!sound)
    return throw_illegal_call(isolate);
  auto main = isolate->GetCurrentContext();
  auto context = vm.contexts().find(info[1]).FromMaybe(main);
  auto self = info.This();
  v8::Local<v8::Module> module;
  bool rejected = false;
  auto made = synthetic ? synthesize(info, context) : compile(info, vm, context, rejected);
  if (!made.ToLocal(&module))
    return;
  self->SetInternalField(module_field, module);
  self->SetInternalField(url_field, info[0]);
  self->SetInternalField(source_field,
                         synthetic ? v8::Undefined(isolate).As<v8::Value>() : info[2]);
  self->SetInternalField(context_field, info[1]);
  self->SetInternalField(linked_field, v8::Undefined(isolate));
  self->SetInternalField(callback_field, synthetic ? info[3] : info[7]);
  self->SetInternalField(promise_field, v8::Undefined(isolate));
  vm.modules().add(module, self);
  if (rejected)
    self->CreateDataProperty(main, text(isolate, "cachedDataRejected"), v8::True(isolate))
      .FromMaybe(false);
  // Nothing is to be linked.
  if (synthetic)
    static_cast<void>(module->InstantiateModule(context, &on_resolve).IsNothing());
}

// -- methods --------------------------------------------------------------------------

/// getModuleRequests(): [[specifier, source phase?, key, value, …], …]
void get_module_requests(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (!of.usable())
    return;
  auto context = of.context();
  auto requests = of.module->GetModuleRequests();
  v8::LocalVector<v8::Value> all{of.isolate};
  for (int i = 0; i < requests->Length(); ++i) {
    auto request = requests->Get(context, i).As<v8::ModuleRequest>();
    auto attributes = request->GetImportAttributes();
    v8::LocalVector<v8::Value> one{of.isolate};
    one.push_back(request->GetSpecifier());
    one.push_back(
      v8::Boolean::New(of.isolate, request->GetPhase() == v8::ModuleImportPhase::kSource));
    for (int k = 0; k < attributes->Length(); k += 3) {
      one.push_back(attributes->Get(context, k).As<v8::Value>());
      one.push_back(attributes->Get(context, k + 1).As<v8::Value>());
    }
    all.push_back(v8::Array::New(of.isolate, one.data(), one.size()));
  }
  info.GetReturnValue().Set(v8::Array::New(of.isolate, all.data(), all.size()));
}

/// setLinked([ModuleWrap, …])
void set_linked(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (!of.usable())
    return;
  if (!info[0]->IsArray())
    return throw_illegal_call(of.isolate);
  // A list of its own: V8's callbacks believe what is in it.
  auto list = info[0].As<v8::Array>();
  auto requests = of.module->GetModuleRequests();
  if (of.module->GetStatus() != v8::Module::kUninstantiated
      || list->Length() != static_cast<std::uint32_t>(requests->Length()))
    return throw_illegal_call(of.isolate);
  auto context = of.isolate->GetCurrentContext();
  v8::LocalVector<v8::Value> checked{of.isolate};
  v8::LocalVector<v8::Module> evaluated{of.isolate};
  for (std::uint32_t i = 0; i < list->Length(); ++i) {
    v8::Local<v8::Value> item;
    if (!list->Get(context, i).ToLocal(&item))
      return;
    if (!is_finished(of.vm, item))
      return throw_illegal_call(of.isolate);
    checked.push_back(item);
    auto request = requests->Get(context, static_cast<int>(i)).As<v8::ModuleRequest>();
    if (request->GetPhase() == v8::ModuleImportPhase::kEvaluation)
      evaluated.push_back(item.As<v8::Object>()->GetInternalField(module_field).As<v8::Module>());
  }
  of.self->SetInternalField(linked_field,
                            v8::Array::New(of.isolate, checked.data(), checked.size()));
  of.vm.modules().set_targets(of.module, evaluated);
}

/// isLinked()
void is_linked(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (of.usable())
    info.GetReturnValue().Set(value_at(of.self, linked_field)->IsArray());
}

/// instantiate()
void instantiate(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (!of.usable())
    return;
  auto context = of.context();
  auto depth_max = depth_that_fits(of.vm.owner().stack_bytes());
  auto& node = of.vm.modules().node_of(of.module);
  if (measure_height(of.here, node) > depth_max) {
    auto url = to_utf8(of.isolate, value_at(of.self, url_field).As<v8::String>());
    of.isolate->ThrowException(
      make_exception(of.here, of.isolate->GetCurrentContext(), too_deep(url, depth_max)));
    return;
  }
  v8::Context::Scope entered{context};
  std::ignore = instantiate_graph(of.here, context, node, &on_resolve, &on_resolve_source);
}

/// A promise of the main context for one of another, settled when that is.
v8::MaybeLocal<v8::Promise> bridge(subject& of, v8::Local<v8::Promise> from) {
  auto main = of.isolate->GetCurrentContext();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(main).ToLocal(&resolver))
    return {};
  if (from->State() == v8::Promise::kFulfilled) {
    resolver->Resolve(main, v8::Undefined(of.isolate)).FromMaybe(false);
  } else if (from->State() == v8::Promise::kRejected) {
    of.vm.handled(from);
    resolver->Reject(main, from->Result()).FromMaybe(false);
  } else {
    v8::Local<v8::Function> fulfilled;
    v8::Local<v8::Function> rejected;
    if (!v8::Function::New(
           main,
           [](const v8::FunctionCallbackInfo<v8::Value>& inner) {
             inner.Data()
               .As<v8::Promise::Resolver>()
               ->Resolve(inner.GetIsolate()->GetCurrentContext(),
                         v8::Undefined(inner.GetIsolate()))
               .FromMaybe(false);
           },
           resolver)
           .ToLocal(&fulfilled)
        || !v8::Function::New(
              main,
              [](const v8::FunctionCallbackInfo<v8::Value>& inner) {
                inner.Data()
                  .As<v8::Promise::Resolver>()
                  ->Reject(inner.GetIsolate()->GetCurrentContext(), inner[0])
                  .FromMaybe(false);
              },
              resolver)
              .ToLocal(&rejected)
        || from->Then(of.context(), fulfilled, rejected).IsEmpty())
      return {};
  }
  return resolver->GetPromise();
}

/// evaluate(timeout, breakOnSigint): a promise
void evaluate(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (!of.usable())
    return;
  auto status = of.module->GetStatus();
  if (status < v8::Module::kInstantiated || status == v8::Module::kEvaluating
      || !info[0]->IsNumber())
    return throw_illegal_call(of.isolate);
  auto context = of.context();
  auto timeout = info[0].As<v8::Number>()->Value();
  run_wish wish{.break_on_sigint = info[1]->IsTrue(), .display_errors = false};
  if (timeout >= 1 && timeout <= 4294967295.0)
    wish.timeout = std::chrono::milliseconds{static_cast<std::int64_t>(timeout)};
  v8::Local<v8::Value> last;
  auto known = value_at(of.self, promise_field);
  auto& node = of.vm.modules().node_of(of.module);
  // A queue of the context's own is emptied each time.
  auto run = [&]() -> v8::MaybeLocal<v8::Value> {
    if (known->IsPromise())
      return known;
    script_contexts::evaluation quiet{of.vm.contexts(), context};
    return evaluate_graph(of.here, context, node);
  };
  if (!of.vm.run(of.here, context, wish, run).ToLocal(&last))
    return;
  if (last->IsPromise() && last != known && context != of.isolate->GetCurrentContext()) {
    v8::Local<v8::Promise> promise;
    if (!bridge(of, last.As<v8::Promise>()).ToLocal(&promise))
      return;
    last = promise;
    of.self->SetInternalField(promise_field, promise);
  }
  info.GetReturnValue().Set(last);
}

void get_status(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (of.usable())
    info.GetReturnValue().Set(static_cast<std::int32_t>(of.module->GetStatus()));
}

void get_error(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (of.usable() && of.module->GetStatus() == v8::Module::kErrored)
    info.GetReturnValue().Set(of.module->GetException());
}

void get_namespace(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (of.usable() && of.module->GetStatus() >= v8::Module::kInstantiated)
    info.GetReturnValue().Set(of.module->GetModuleNamespace());
}

void has_top_level_await(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (of.usable())
    info.GetReturnValue().Set(of.module->IsSourceTextModule() && of.module->HasTopLevelAwait());
}

void is_graph_async(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (of.usable() && of.module->GetStatus() >= v8::Module::kInstantiated)
    info.GetReturnValue().Set(of.module->IsGraphAsync());
}

void create_cached_data(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (!of.usable())
    return;
  auto source = value_at(of.self, source_field);
  if (!source->IsString() || of.module->GetStatus() >= v8::Module::kEvaluating)
    return throw_illegal_call(of.isolate);
  info.GetReturnValue().Set(of.vm.as_buffer(seal_to_array(
    of.isolate, digest_of_text(of.isolate, source_kind::module, source.As<v8::String>()),
    make_code_cache(of.module->GetUnboundModuleScript()))));
}

/// setExport(name, value)
void set_export(const v8::FunctionCallbackInfo<v8::Value>& info) {
  subject of{info};
  if (!of.usable())
    return;
  if (!of.module->IsSyntheticModule() || !info[0]->IsString())
    return throw_illegal_call(of.isolate);
  auto context = of.context();
  v8::Context::Scope entered{context};
  static_cast<void>(
    of.module->SetSyntheticModuleExport(of.isolate, info[0].As<v8::String>(), info[1])
      .IsNothing());
}

/// setBufferPrototype(object)
void set_buffer_prototype(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  if (!info[0]->IsObject())
    return throw_illegal_call(info.GetIsolate());
  vm.set_buffer_prototype(info[0].As<v8::Object>());
}

/// setImportServer(function, default loader's symbol)
void set_import_server(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  if (!info[0]->IsFunction() || !info[1]->IsSymbol())
    return throw_illegal_call(info.GetIsolate());
  vm.modules().set_import_server(info[0].As<v8::Function>());
  vm.modules().set_default_loader(info[1].As<v8::Symbol>());
}

} // namespace

bool machine::fill_import_meta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                               v8::Local<v8::Object> meta) {
  v8::Local<v8::Object> self;
  if (!modules_.find(module).ToLocal(&self))
    return false;
  auto fill = value_at(self, callback_field);
  v8::Local<v8::Value> arguments[]{meta};
  if (fill->IsFunction())
    static_cast<void>(
      fill.As<v8::Function>()->Call(context, v8::Undefined(owner_.v8()), 1, arguments).IsEmpty());
  return true;
}

void add_module_class(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                      v8::Local<v8::Value> data) {
  auto* isolate = v8::Isolate::GetCurrent();
  auto name = v8::String::NewFromUtf8Literal(isolate, "ModuleWrap");
  auto form = v8::FunctionTemplate::New(isolate, &construct, data);
  form->SetClassName(name);
  form->InstanceTemplate()->SetInternalFieldCount(field_count);
  auto signature = v8::Signature::New(isolate, form);
  auto method = [&](const char* key, v8::FunctionCallback callback) {
    form->PrototypeTemplate()->Set(isolate, key,
                                   v8::FunctionTemplate::New(isolate, callback, data, signature,
                                                             0, v8::ConstructorBehavior::kThrow));
  };
  method("getModuleRequests", &get_module_requests);
  method("setLinked", &set_linked);
  method("isLinked", &is_linked);
  method("instantiate", &instantiate);
  method("evaluate", &evaluate);
  method("getStatus", &get_status);
  method("getError", &get_error);
  method("getNamespace", &get_namespace);
  method("hasTopLevelAwait", &has_top_level_await);
  method("isGraphAsync", &is_graph_async);
  method("createCachedData", &create_cached_data);
  method("setExport", &set_export);
  add_function(context, to, "setImportServer", &set_import_server, data);
  add_function(context, to, "setBufferPrototype", &set_buffer_prototype, data);
  v8::Local<v8::Function> made;
  if (form->GetFunction(context).ToLocal(&made))
    to->CreateDataProperty(context, name, made).FromMaybe(false);
}

} // namespace troupe::js::node_vm

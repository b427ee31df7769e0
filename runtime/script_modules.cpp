#include "runtime/script_modules.hpp"

#include "runtime/builtin_bindings.hpp"
#include "runtime/environment.hpp"
#include "runtime/error_capture.hpp"
#include "runtime/exception.hpp"
#include "runtime/file_job.hpp"
#include "runtime/module_graphs.hpp"
#include "runtime/node_vm/error_decoration.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-container.h>
#include <v8-external.h>
#include <v8-message.h>
#include <v8-script.h>

#include <string_view>
#include <vector>

namespace troupe::js {

namespace {

v8::Local<v8::String> key(v8::Isolate* isolate, const char* name) {
  return v8::String::NewFromUtf8(isolate, name, v8::NewStringType::kInternalized)
    .ToLocalChecked();
}

v8::Local<v8::Value> text(v8::Isolate* isolate, std::string_view utf8) {
  v8::Local<v8::String> made;
  return to_v8_string(isolate, utf8).ToLocal(&made) ? made : v8::String::Empty(isolate);
}

std::optional<module_kind> kind_of(std::string_view name) {
  if (name == "javascript")
    return module_kind::javascript;
  if (name == "json")
    return module_kind::json;
  if (name == "text")
    return module_kind::text;
  if (name == "bytes")
    return module_kind::bytes;
  if (name == "wasm")
    return module_kind::wasm;
  if (name == "synthetic")
    return module_kind::synthetic;
  return std::nullopt;
}

/// Runs the script's function when the module is evaluated: it gives the exports, in the order
/// of their names.
v8::MaybeLocal<v8::Value> evaluate(v8::Local<v8::Context> context, v8::Local<v8::Module> module) {
  auto& owner = isolate::of(v8::Isolate::GetCurrent());
  isolate_scope here{owner};
  auto* isolate = here.v8();
  v8::EscapableHandleScope handles{isolate};
  auto* record = owner.modules().find(here, module);
  v8::Local<v8::Value> items;
  if (record == nullptr || record->evaluator_.IsEmpty()
      || !record->evaluator_.Get(isolate)
            ->Call(context, v8::Undefined(isolate), 0, nullptr)
            .ToLocal(&items)
      || !items->IsArray())
    return {};
  record->evaluator_.Reset();
  auto list = items.As<v8::Array>();
  v8::Local<v8::Value> item;
  for (std::uint32_t i = 0; i < record->exports_.size(); ++i)
    if (!list->Get(context, i).ToLocal(&item)
        || module->SetSyntheticModuleExport(isolate, record->exports_[i].name.Get(isolate), item)
             .IsNothing())
      return {};
  record->exports_.clear();
  v8::Local<v8::Promise::Resolver> done;
  if (!v8::Promise::Resolver::New(context).ToLocal(&done)
      || done->Resolve(context, v8::Undefined(isolate)).IsNothing())
    return {};
  return handles.Escape(done->GetPromise().As<v8::Value>());
}

} // namespace

void script_modules::fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                                  v8::Local<v8::Object> to) {
  auto self = v8::External::New(here.v8(), this);
  add_function(context, to, "setHooks", &set_hooks, self);
  add_function(context, to, "compileFunction", &compile_function, self);
  add_function(context, to, "runScript", &run_script, self);
  add_function(context, to, "importModule", &import_module, self);
  add_function(context, to, "requireModule", &require_module, self);
  add_function(context, to, "stalledAwait", &stalled_await, self);
}

std::optional<script_modules::finding> script_modules::find(isolate_scope& here,
                                                            v8::Local<v8::Context> context,
                                                            const module_request& request) {
  auto* isolate = here.v8();
  v8::Local<v8::Value> type = v8::Undefined(isolate);
  for (const auto& [name, item] : request.attributes)
    if (name == "type")
      type = text(isolate, item);
  v8::Local<v8::Value> given;
  v8::Local<v8::Value> kind;
  v8::Local<v8::Value> url;
  if (!hooks_
         .call(context, hook::find,
               {text(isolate, request.specifier), text(isolate, request.referrer), type})
         .ToLocal(&given)
      || !given->IsObject()
      || !given.As<v8::Object>()->Get(context, key(isolate, "kind")).ToLocal(&kind)
      || !given.As<v8::Object>()->Get(context, key(isolate, "url")).ToLocal(&url)
      || !kind->IsString() || !url->IsString())
    return std::nullopt;
  auto which = kind_of(to_utf8(isolate, kind.As<v8::String>()));
  if (!which)
    return std::nullopt;
  return finding{to_utf8(isolate, url.As<v8::String>()), *which, given.As<v8::Object>()};
}

std::optional<module_source> script_modules::read(isolate_scope& here,
                                                  v8::Local<v8::Context> context,
                                                  const finding& found) {
  auto* isolate = here.v8();
  v8::Local<v8::Value> item;
  if (!found.what->Get(context, key(isolate, "source")).ToLocal(&item))
    return std::nullopt;
  if (item->IsString())
    return module_source{found.identifier, to_utf8(isolate, item.As<v8::String>()), found.kind};
  if (!found.what->Get(context, key(isolate, "path")).ToLocal(&item) || !item->IsString())
    return std::nullopt;
  file_job job{.what = file_operation::read, .path = to_utf8(isolate, item.As<v8::String>())};
  job.run();
  if (job.result >= 0)
    return module_source{found.identifier, std::move(job.bytes), found.kind};
  isolate->ThrowException(make_exception(
    here, context,
    {.code = errc::module_not_found,
     .message = "Cannot read module '" + job.path + "': " + file_job::describe(job.result)}));
  return std::nullopt;
}

module_hold script_modules::make(isolate_scope& here, v8::Local<v8::Context> context,
                                 module_registry& registry, const finding& found) {
  auto* isolate = here.v8();
  v8::Local<v8::Value> names;
  v8::Local<v8::Value> evaluator;
  v8::Local<v8::Value> name;
  if (!found.what->Get(context, key(isolate, "names")).ToLocal(&names)
      || !found.what->Get(context, key(isolate, "evaluate")).ToLocal(&evaluator)
      || !names->IsArray() || !evaluator->IsFunction())
    return {};
  auto list = names.As<v8::Array>();
  std::vector<v8::Local<v8::String>> exports;
  for (std::uint32_t i = 0; i < list->Length(); ++i) {
    if (!list->Get(context, i).ToLocal(&name) || !name->IsString())
      return {};
    exports.push_back(name.As<v8::String>());
  }
  auto module =
    v8::Module::CreateSyntheticModule(isolate, text(isolate, found.identifier).As<v8::String>(),
                                      {exports.data(), exports.size()}, &js::evaluate);
  auto made =
    registry.add(here, module, {.identifier = found.identifier, .kind = module_kind::synthetic});
  for (auto each : exports)
    made->exports_.push_back({.name = v8::Global<v8::String>{isolate, each}});
  made->evaluator_.Reset(isolate, evaluator.As<v8::Function>());
  return made;
}

void script_modules::init_meta(isolate_scope& here, v8::Local<v8::Context> context,
                               v8::Local<v8::Object> meta, const std::string& identifier) {
  auto* isolate = here.v8();
  v8::TryCatch quiet{isolate};
  std::ignore = hooks_.call(context, hook::init_meta, {meta, text(isolate, identifier)});
}

bool script_modules::may_import(isolate_scope& here, v8::Local<v8::Context> context,
                                const module_import& import, const module_record& importer) {
  auto* isolate = here.v8();
  const auto& target = *import.target.get();
  bool begun = target.module(here)->GetStatus() == v8::Module::kEvaluating;
  if (!begun && target.evaluator_.IsEmpty())
    return true;
  return !hooks_
            .call(context, hook::may_import,
                  {text(isolate, import.request.specifier), text(isolate, importer.identifier()),
                   text(isolate, target.identifier()), v8::Boolean::New(isolate, begun)})
            .IsEmpty();
}

void script_modules::explain(isolate_scope& here, v8::Local<v8::Context> context,
                             v8::Local<v8::Value> error, const module_record& root) {
  if (!error->IsNativeError())
    return;
  auto* isolate = here.v8();
  v8::TryCatch quiet{isolate};
  auto module = root.module(here);
  bool awaits = module->IsSourceTextModule() && module->HasTopLevelAwait();
  std::ignore =
    hooks_.call(context, hook::failed,
                {error, text(isolate, root.identifier()), v8::Boolean::New(isolate, awaits)});
  if (quiet.HasTerminated())
    isolate->TerminateExecution();
}

void script_modules::explain_link(isolate_scope& here, v8::Local<v8::Context> context,
                                  const v8::TryCatch& caught) {
  auto* isolate = here.v8();
  auto message = caught.Message();
  v8::Local<v8::String> line;
  if (message.IsEmpty() || !caught.Exception()->IsNativeError()
      || !message->GetSourceLine(context).ToLocal(&line))
    return;
  v8::TryCatch quiet{isolate};
  std::ignore = hooks_.call(context, hook::unlinked,
                            {caught.Exception(), message->GetScriptResourceName(), line});
  if (quiet.HasTerminated())
    isolate->TerminateExecution();
}

// -- what the script calls -----------------------------------------------------------------

script_modules& script_modules::self_of(const call& info) {
  return *static_cast<script_modules*>(info.Data().As<v8::External>()->Value());
}

/// setHooks([function, ...]) in the order of `hook`.
void script_modules::set_hooks(const call& info) {
  self_of(info).hooks_.set(info.GetIsolate()->GetCurrentContext(), info[0].As<v8::Array>());
}

/// compileFunction(code, file name, [parameter, ...]). The stack of an error begins with its
/// place.
void script_modules::compile_function(const call& info) {
  auto* isolate = info.GetIsolate();
  auto context = isolate->GetCurrentContext();
  auto list = info[2].As<v8::Array>();
  std::vector<v8::Local<v8::String>> parameters;
  v8::Local<v8::Value> parameter;
  for (std::uint32_t i = 0; i < list->Length(); ++i)
    if (list->Get(context, i).ToLocal(&parameter))
      parameters.push_back(parameter.As<v8::String>());
  v8::ScriptCompiler::Source source{info[0].As<v8::String>(), v8::ScriptOrigin{info[1]}};
  v8::Local<v8::Function> made;
  v8::TryCatch caught{isolate};
  if (v8::ScriptCompiler::CompileFunction(context, &source, parameters.size(), parameters.data())
        .ToLocal(&made)) {
    info.GetReturnValue().Set(made);
    return;
  }
  if (!caught.HasCaught())
    return;
  if (!caught.HasTerminated()) {
    isolate_scope here{js::isolate::of(isolate)};
    node_vm::error_decorator{isolate}.decorate(here, context, caught);
  }
  caught.ReThrow();
}

/// runScript(code, file name): the value of the last statement. The stack of an error begins
/// with its place.
void script_modules::run_script(const call& info) {
  auto* isolate = info.GetIsolate();
  auto context = isolate->GetCurrentContext();
  v8::ScriptOrigin origin{info[1]};
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> last;
  v8::TryCatch caught{isolate};
  if (v8::Script::Compile(context, info[0].As<v8::String>(), &origin).ToLocal(&script)
      && script->Run(context).ToLocal(&last)) {
    info.GetReturnValue().Set(last);
    return;
  }
  if (!caught.HasCaught())
    return;
  if (!caught.HasTerminated()) {
    isolate_scope here{js::isolate::of(isolate)};
    node_vm::error_decorator{isolate}.decorate(
      here, context, caught.Exception(),
      node_vm::origin_of(isolate, caught.Exception(), caught.Message()));
  }
  caught.ReThrow();
}

/// importModule(specifier, referrer): a promise of the namespace.
void script_modules::import_module(const call& info) {
  auto& owner = self_of(info).owner_;
  isolate_scope here{isolate::of(info.GetIsolate())};
  v8::Local<v8::Promise> promise;
  if (owner.graphs()
        .import_from_script(here, here.v8()->GetCurrentContext(),
                            {.specifier = to_utf8(here.v8(), info[0].As<v8::String>()),
                             .referrer = to_utf8(here.v8(), info[1].As<v8::String>())})
        .ToLocal(&promise))
    info.GetReturnValue().Set(promise);
}

/// requireModule(URL): the namespace, at once; undefined when the graph awaits something, null
/// when it is being evaluated.
void script_modules::require_module(const call& info) {
  auto& owner = self_of(info).owner_;
  isolate_scope here{isolate::of(info.GetIsolate())};
  v8::Local<v8::Value> exports;
  if (owner.graphs()
        .require(here, here.v8()->GetCurrentContext(),
                 {.specifier = to_utf8(here.v8(), info[0].As<v8::String>())})
        .ToLocal(&exports))
    info.GetReturnValue().Set(exports);
}

/// stalledAwait(): where the first import that has not ended waits at its top, as a place above
/// an error; undefined when none does.
void script_modules::stalled_await(const call& info) {
  auto& owner = self_of(info).owner_;
  isolate_scope here{isolate::of(info.GetIsolate())};
  v8::Local<v8::Message> message;
  if (owner.graphs().stalled_await(here).ToLocal(&message))
    info.GetReturnValue().Set(
      text(here.v8(), arrow_of(here, here.v8()->GetCurrentContext(), message)));
}

} // namespace troupe::js

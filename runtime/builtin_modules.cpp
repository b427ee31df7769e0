#include "runtime/builtin_modules.hpp"

#include "runtime/builtin_compiler.hpp"
#include "runtime/builtin_sources.hpp"
#include "runtime/builtin_table.hpp"
#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-exception.h>
#include <v8-external.h>
#include <v8-function.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace troupe::js {

namespace {

v8::Local<v8::String> text(v8::Isolate* isolate, std::string_view ascii) {
  return v8::String::NewFromUtf8(isolate, ascii.data(), v8::NewStringType::kInternalized,
                                 static_cast<int>(ascii.size()))
    .ToLocalChecked();
}

std::optional<std::size_t> find_source(std::string_view id) {
  auto all = builtin_sources();
  auto found = std::ranges::lower_bound(all, id, {}, &builtin_source::id);
  if (found == all.end() || found->id != id)
    return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

void throw_with_code(v8::Isolate* isolate, const std::string& message, std::string_view code,
                     v8::Local<v8::Value> cause = {}) {
  v8::Local<v8::String> what;
  if (!to_v8_string(isolate, message).ToLocal(&what))
    what = text(isolate, "an error with a very long message");
  auto context = isolate->GetCurrentContext();
  auto error = v8::Exception::Error(what).As<v8::Object>();
  error->CreateDataProperty(context, text(isolate, "code"), text(isolate, code)).FromMaybe(false);
  if (!cause.IsEmpty())
    error->DefineOwnProperty(context, text(isolate, "cause"), cause, v8::DontEnum)
      .FromMaybe(false);
  isolate->ThrowException(error);
}

builtin_modules& self_of(v8::Local<v8::Value> data) {
  return *static_cast<builtin_modules*>(data.As<v8::External>()->Value());
}

} // namespace

builtin_modules::builtin_modules(builtin_set given)
  : given_(given), modules_(builtin_sources().size()) {
}

void builtin_modules::add_binding(std::string name, binding fill) {
  bindings_.emplace(std::move(name), binding_state{std::move(fill)});
}

bool builtin_modules::install(isolate_scope& here, v8::Local<v8::Context> context) {
  auto* isolate = here.v8();
  v8::Context::Scope entered{context};
  v8::TryCatch caught{isolate};
  context_.Reset(isolate, context);
  auto self = v8::External::New(isolate, this);
  auto function = [&](v8::FunctionCallback callback, std::string_view name) {
    auto made = v8::Function::New(context, callback, self, 1, v8::ConstructorBehavior::kThrow);
    if (!made.IsEmpty())
      made.ToLocalChecked()->SetName(text(isolate, name));
    return made;
  };
  v8::Local<v8::Function> require;
  v8::Local<v8::Function> internal;
  v8::Local<v8::Value> primordials;
  if (!function(&on_internal_require, "require").ToLocal(&internal))
    return false;
  require_.Reset(isolate, internal);
  if (!function(&on_internal_binding, "internalBinding").ToLocal(&internal))
    return false;
  internal_binding_.Reset(isolate, internal);
  if (!load(here, "internal/primordials", "primordials").ToLocal(&primordials))
    return false;
  primordials_.Reset(isolate, primordials);
  auto global = context->Global();
  for (const auto& each : lazy_globals())
    if (given_.has(each.part_of)
        && !global
              ->SetLazyDataProperty(context, text(isolate, each.name), &get_global, self,
                                    each.attributes)
              .FromMaybe(false))
      return false;
  return !given_.has(builtin::require)
         || (function(&on_require, "require").ToLocal(&require)
             && global
                  ->DefineOwnProperty(context, text(isolate, "require"), require, v8::DontEnum)
                  .FromMaybe(false));
}

// -- loading --------------------------------------------------------------------------

bool builtin_modules::provides(std::string_view specifier) const noexcept {
  return find_public_module(specifier, given_).has_value();
}

v8::MaybeLocal<v8::Value> builtin_modules::require(isolate_scope& here,
                                                   std::string_view specifier) {
  if (auto id = find_public_module(specifier, given_))
    return load(here, *id);
  throw_with_code(here.v8(), fmt::format("No such built-in module: {}", specifier),
                  "ERR_UNKNOWN_BUILTIN_MODULE");
  return {};
}

v8::MaybeLocal<v8::Value> builtin_modules::load(isolate_scope& here, std::string_view id) {
  if (auto index = find_source(id))
    return load_at(here, *index);
  throw_with_code(here.v8(),
                  fmt::format("There is no built-in '{}', which is a bug of Troupe", id),
                  "ERR_TROUPE_INTERNAL");
  return {};
}

v8::MaybeLocal<v8::Value> builtin_modules::load(isolate_scope& here, std::string_view id,
                                                std::string_view member) {
  v8::Local<v8::Value> exports;
  if (!load(here, id).ToLocal(&exports))
    return {};
  return exports.As<v8::Object>()->Get(context(here), text(here.v8(), member));
}

v8::MaybeLocal<v8::Value> builtin_modules::load_at(isolate_scope& here, std::size_t index) {
  auto* isolate = here.v8();
  auto context = this->context(here);
  v8::Context::Scope entered{context};
  auto exports = text(isolate, "exports");
  if (!modules_[index].IsEmpty()) // perhaps not yet complete: a cycle
    return modules_[index].Get(isolate)->Get(context, exports);
  // Without a prototype: nothing that a script could change is looked up in it.
  auto null = v8::Null(isolate);
  v8::Local<v8::Name> name = exports;
  v8::Local<v8::Value> empty = v8::Object::New(isolate);
  auto module = v8::Object::New(isolate, null, &name, &empty, 1);
  modules_[index].Reset(isolate, module);
  v8::TryCatch caught{isolate};
  ++depth_;
  bool done = evaluate(here, context, index, module);
  --depth_;
  if (done)
    return module->Get(context, exports);
  modules_[index].Reset(); // the next one who wants it tries again
  if (!caught.HasCaught() || caught.HasTerminated()) {
    caught.ReThrow();
    return {};
  }
  auto thrown = caught.Exception();
  bool exhausted = false; // a RangeError: no stack is left, or no memory
  if (thrown->IsNativeError()) {
    auto kind = thrown.As<v8::Object>()->GetConstructorName();
    exhausted = kind->StringEquals(text(isolate, "RangeError"));
  }
  if (depth_ != 0 || exhausted || primordials_.IsEmpty()) {
    caught.ReThrow();
    return {};
  }
  v8::String::Utf8Value what{isolate, thrown};
  auto why = *what != nullptr ? std::string{*what, static_cast<std::size_t>(what.length())}
                              : std::string{"something that cannot be shown"};
  caught.Reset();
  throw_with_code(isolate,
                  fmt::format("The built-in 'troupe:{}' cannot be loaded, which is a bug of "
                              "Troupe: {}",
                              builtin_sources()[index].id, why),
                  "ERR_TROUPE_INTERNAL", thrown);
  caught.ReThrow();
  return {};
}

bool builtin_modules::evaluate(isolate_scope& here, v8::Local<v8::Context> context,
                               std::size_t index, v8::Local<v8::Object> module) {
  auto* isolate = here.v8();
  v8::Local<v8::Function> body;
  v8::Local<v8::Value> exports;
  if (!compile_builtin(context, index, nullptr).ToLocal(&body)
      || !module->Get(context, text(isolate, "exports")).ToLocal(&exports))
    return false;
  v8::Local<v8::Value> primordials = v8::Undefined(isolate);
  if (!primordials_.IsEmpty())
    primordials = primordials_.Get(isolate);
  v8::Local<v8::Value> arguments[]{exports, require_.Get(isolate), module,
                                   internal_binding_.Get(isolate), primordials};
  return !body->Call(context, v8::Undefined(isolate), std::size(arguments), arguments).IsEmpty();
}

v8::MaybeLocal<v8::Object> builtin_modules::find_binding(isolate_scope& here,
                                                         const std::string& name) {
  auto found = bindings_.find(name);
  if (found == bindings_.end()) {
    throw_with_code(here.v8(),
                    fmt::format("There is no binding '{}', which is a bug of Troupe", name),
                    "ERR_TROUPE_INTERNAL");
    return {};
  }
  auto& [fill, object] = found->second;
  if (object.IsEmpty()) {
    auto made = v8::Object::New(here.v8(), v8::Null(here.v8()), nullptr, nullptr, 0);
    v8::TryCatch caught{here.v8()};
    fill(here, context(here), made);
    if (caught.HasCaught()) {
      caught.ReThrow();
      return {};
    }
    object.Reset(here.v8(), made);
  }
  return object.Get(here.v8());
}

// -- what V8 calls --------------------------------------------------------------------

void builtin_modules::on_require(const v8::FunctionCallbackInfo<v8::Value>& info) {
  isolate_scope here{isolate::of(info.GetIsolate())};
  auto& self = self_of(info.Data());
  if (!info[0]->IsString()) {
    // Throws, in Node's words.
    v8::Local<v8::Value> check;
    v8::Local<v8::Value> arguments[]{info[0], text(here.v8(), "id")};
    if (self.load(here, "internal/validators", "validateString").ToLocal(&check))
      std::ignore = check.As<v8::Function>()->Call(self.context(here), v8::Undefined(here.v8()),
                                                   std::size(arguments), arguments);
    return;
  }
  v8::Local<v8::Value> exports;
  if (self.require(here, to_utf8(here.v8(), info[0].As<v8::String>())).ToLocal(&exports))
    info.GetReturnValue().Set(exports);
}

void builtin_modules::on_internal_require(const v8::FunctionCallbackInfo<v8::Value>& info) {
  isolate_scope here{isolate::of(info.GetIsolate())};
  v8::Local<v8::Value> exports;
  v8::String::Utf8Value id{here.v8(), info[0]};
  if (*id != nullptr && self_of(info.Data()).load(here, *id).ToLocal(&exports))
    info.GetReturnValue().Set(exports);
}

void builtin_modules::on_internal_binding(const v8::FunctionCallbackInfo<v8::Value>& info) {
  isolate_scope here{isolate::of(info.GetIsolate())};
  v8::Local<v8::Object> object;
  v8::String::Utf8Value name{here.v8(), info[0]};
  if (*name != nullptr && self_of(info.Data()).find_binding(here, *name).ToLocal(&object))
    info.GetReturnValue().Set(object);
}

void builtin_modules::get_global(v8::Local<v8::Name> name,
                                 const v8::PropertyCallbackInfo<v8::Value>& info) {
  isolate_scope here{isolate::of(info.GetIsolate())};
  auto key = to_utf8(here.v8(), name.As<v8::String>());
  auto all = lazy_globals();
  auto found = std::ranges::find(all, key, &lazy_global::name);
  v8::Local<v8::Value> made;
  if (found != all.end()
      && self_of(info.Data()).load(here, found->module, found->member).ToLocal(&made))
    info.GetReturnValue().Set(made);
}

} // namespace troupe::js

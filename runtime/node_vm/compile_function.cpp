// compileFunction: `vm.compileFunction`.

#include "runtime/builtin_bindings.hpp"
#include "runtime/node_vm/cached_data.hpp"
#include "runtime/node_vm/exception_relay.hpp"
#include "runtime/node_vm/machine.hpp"
#include "runtime/node_vm/source_origin.hpp"
#include "runtime/offered_code_cache.hpp"

#include <v8-container.h>
#include <v8-script.h>

#include <optional>

namespace troupe::js::node_vm {

namespace {

// V8 keeps the number in 16 bits, and looks through extensions by recursion: it checks
// neither (environment.cpp has the same bounds).
constexpr std::uint32_t parameters_max = 65'534;
constexpr std::uint32_t extensions_max = 256;

bool define(v8::Local<v8::Context> context, v8::Local<v8::Object> on, const char* key,
            v8::Local<v8::Value> value) {
  auto name = v8::String::NewFromUtf8(v8::Isolate::GetCurrent(), key).ToLocalChecked();
  return on->CreateDataProperty(context, name, value).FromMaybe(false);
}

void throw_syntax_error(v8::Isolate* isolate, const char* message) {
  isolate->ThrowException(
    v8::Exception::SyntaxError(v8::String::NewFromUtf8(isolate, message).ToLocalChecked()));
}

/// The items of an array that `vm.js` has made; empty for anything else.
template <class T>
std::optional<v8::LocalVector<T>> items_of(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                           v8::Local<v8::Value> list, bool (*fits)(v8::Value&),
                                           std::uint32_t max) {
  v8::LocalVector<T> items{isolate};
  if (list->IsUndefined())
    return items;
  if (!list->IsArray() || list.As<v8::Array>()->Length() > max)
    return std::nullopt;
  for (std::uint32_t i = 0; i < list.As<v8::Array>()->Length(); ++i) {
    v8::Local<v8::Value> item;
    if (!list.As<v8::Array>()->Get(context, i).ToLocal(&item) || !fits(**item))
      return std::nullopt;
    items.push_back(item.template As<T>());
  }
  return items;
}

/// compileFunction(code, filename, lineOffset, columnOffset, cachedData,
///                 produceCachedData, parsingContext, contextExtensions, params,
///                 importCallback): the function; where caches are wanted, an object with it
///                 and what there is to say of them
void compile_function(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  auto& vm = machine::of(info);
  isolate_scope here{vm.owner()};
  if (!info[0]->IsString() || !info[1]->IsString() || !info[2]->IsInt32() || !info[3]->IsInt32())
    return throw_illegal_call(isolate);
  auto context = isolate->GetCurrentContext();
  // A proxy as an extension ends V8.
  auto extensions = items_of<v8::Object>(
    isolate, context, info[7], [](v8::Value& item) { return item.IsObject() && !item.IsProxy(); },
    extensions_max);
  auto names = items_of<v8::String>(
    isolate, context, info[8], [](v8::Value& item) { return item.IsString(); }, parameters_max);
  if (!extensions || !names)
    return throw_illegal_call(isolate);
  auto code = info[0].As<v8::String>();
  auto parsing = vm.contexts().find(info[6]).FromMaybe(context);
  auto origin = source_origin(isolate, info[1], info[2], info[3], info[9]);
  auto digest = [&] {
    return digest_of_text(isolate, source_kind::function, code, {names->data(), names->size()});
  };
  bool has_cache = info[4]->IsArrayBufferView();
  offered_code_cache offer{isolate, has_cache ? unseal_view(digest(), info[4]) : nullptr};
  v8::ScriptCompiler::Source text{code, origin, offer.data()};
  v8::Local<v8::Function> compiled;
  {
    v8::Context::Scope entered{parsing};
    exception_relay relay{isolate};
    if (!v8::ScriptCompiler::CompileFunction(parsing, &text, names->size(), names->data(),
                                             extensions->size(), extensions->data(),
                                             offer.options())
           .ToLocal(&compiled)) {
      if (!relay.threw())
        throw_syntax_error(isolate, "A parameter is not an identifier");
      else if (!relay.caught().HasTerminated())
        vm.decorator().decorate(here, parsing, relay.caught());
      return;
    }
  }
  if (!has_cache && !info[5]->IsTrue())
    return info.GetReturnValue().Set(compiled);
  auto result = v8::Object::New(isolate, v8::Null(isolate), nullptr, nullptr, 0);
  bool defined = define(context, result, "function", compiled);
  if (has_cache)
    defined =
      defined
      && define(context, result, "cachedDataRejected", v8::Boolean::New(isolate, !offer.taken()));
  if (info[5]->IsTrue()) {
    auto made = make_code_cache(compiled);
    defined = defined
              && define(context, result, "cachedDataProduced",
                        v8::Boolean::New(isolate, made != nullptr));
    if (made)
      defined = defined
                && define(context, result, "cachedData",
                          vm.as_buffer(seal_to_array(isolate, digest(), made)));
  }
  if (defined)
    info.GetReturnValue().Set(result);
}

} // namespace

void add_compile_function(v8::Local<v8::Context> context, v8::Local<v8::Object> to,
                          v8::Local<v8::Value> data) {
  add_function(context, to, "compileFunction", &compile_function, data);
}

} // namespace troupe::js::node_vm

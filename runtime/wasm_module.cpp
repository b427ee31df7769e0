#include "runtime/wasm_module.hpp"

#include "runtime/literal.hpp"
#include "runtime/module_compiler.hpp"
#include "runtime/realm.hpp"
#include "runtime/structured_clone.hpp"
#include "runtime/wasm_gate.hpp"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-exception.h>
#include <v8-external.h>
#include <v8-wasm.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace troupe::js {

namespace {

bool take_property(v8::Isolate* isolate, v8::Local<v8::Context> context,
                   v8::Local<v8::Object> from, const char* key, v8::Local<v8::Value>& to) {
  return from->Get(context, literal(isolate, key)).ToLocal(&to);
}

bool take_function(v8::Isolate* isolate, v8::Local<v8::Context> context,
                   v8::Local<v8::Object> from, const char* key, v8::Global<v8::Function>& to) {
  v8::Local<v8::Value> found;
  if (!take_property(isolate, context, from, key, found) || !found->IsFunction())
    return false;
  to.Reset(isolate, found.As<v8::Function>());
  return true;
}

/// The getter of `prototype[key]`.
bool take_getter(v8::Isolate* isolate, v8::Local<v8::Context> context,
                 v8::Local<v8::Object> constructor, const char* key,
                 v8::Global<v8::Function>& to) {
  v8::Local<v8::Value> prototype;
  v8::Local<v8::Value> descriptor;
  return take_property(isolate, context, constructor, "prototype", prototype)
         && prototype->IsObject()
         && prototype.As<v8::Object>()
              ->GetOwnPropertyDescriptor(context, literal(isolate, key))
              .ToLocal(&descriptor)
         && descriptor->IsObject()
         && take_function(isolate, context, descriptor.As<v8::Object>(), "get", to);
}

/// What a module lists as imported or exported.
struct wasm_item {
  std::string module;
  std::string name;
  bool is_global = false;
};

bool list_items(isolate_scope& here, v8::Local<v8::Context> context, v8::Local<v8::Object> module,
                const v8::Global<v8::Function>& lister, std::vector<wasm_item>& items) {
  auto* isolate = here.v8();
  v8::Local<v8::Value> argument = module;
  v8::Local<v8::Value> listed;
  if (!lister.Get(isolate)->Call(context, v8::Undefined(isolate), 1, &argument).ToLocal(&listed)
      || !listed->IsArray())
    return false;
  auto list = listed.As<v8::Array>();
  for (std::uint32_t i = 0; i < list->Length(); ++i) {
    v8::Local<v8::Value> entry;
    if (!list->Get(context, i).ToLocal(&entry) || !entry->IsObject())
      return false;
    auto read = [&](const char* key, std::string& to) {
      v8::Local<v8::Value> text;
      if (!take_property(isolate, context, entry.As<v8::Object>(), key, text))
        return false;
      if (text->IsString())
        to = to_utf8(isolate, text.As<v8::String>());
      return true;
    };
    wasm_item item;
    std::string kind;
    if (!read("module", item.module) || !read("name", item.name) || !read("kind", kind))
      return false;
    item.is_global = kind == "global";
    items.push_back(std::move(item));
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += '\\';
    if (byte < 0x20)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  // U+2028 and U+2029 may stand in string literals.
  return out + '"';
}

/// A module that imports and exports what the WebAssembly does.
std::string facade(const std::vector<std::string>& modules,
                   const std::vector<wasm_item>& exports) {
  std::string code;
  std::string namespaces;
  for (std::size_t i = 0; i < modules.size(); ++i) {
    code += fmt::format("import * as $i{} from {};\n", i, quoted(modules[i]));
    namespaces += fmt::format("{}$i{}", i == 0 ? "" : ", ", i);
  }
  code += fmt::format("const $exports = import.meta.instantiate({});\n", namespaces);
  for (std::size_t i = 0; i < exports.size(); ++i)
    code += fmt::format("const $e{0} = $exports[{0}];\nexport {{ $e{0} as {1} }};\n", i,
                        quoted(exports[i].name));
  return code;
}

/// `import.meta.instantiate(...namespaces)`: the exports in their order.
void instantiate(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* isolate = info.GetIsolate();
  isolate_scope here{isolate::of(isolate)};
  auto context = isolate->GetCurrentContext();
  auto& record = *static_cast<module_record*>(info.Data().As<v8::External>()->Value());
  const auto* intrinsics = realm::of(context).wasm();
  auto module = record.source_object(here);
  std::vector<wasm_item> exports;
  if (intrinsics == nullptr || !list_items(here, context, module, intrinsics->exports, exports))
    return;
  auto imports = v8::Object::New(isolate, v8::Null(isolate), nullptr, nullptr, 0);
  for (int i = 0; i < info.Length(); ++i) {
    v8::Local<v8::String> name;
    if (!to_v8_string(isolate,
                      record.facts().imports[static_cast<std::size_t>(i)].request.specifier)
           .ToLocal(&name)
        || imports->CreateDataProperty(context, name, info[i]).IsNothing())
      return;
  }
  v8::Local<v8::Value> arguments[]{module, imports};
  v8::Local<v8::Value> made;
  v8::Local<v8::Value> exported;
  if (!intrinsics->instance.Get(isolate)->CallAsConstructor(context, 2, arguments).ToLocal(&made)
      || !intrinsics->exports_of.Get(isolate)->Call(context, made, 0, nullptr).ToLocal(&exported)
      || !exported->IsObject())
    return;
  std::vector<v8::Local<v8::Value>> items;
  for (const auto& each : exports) {
    v8::Local<v8::String> name;
    v8::Local<v8::Value> item;
    if (!to_v8_string(isolate, each.name).ToLocal(&name)
        || !exported.As<v8::Object>()->Get(context, name).ToLocal(&item))
      return;
    // Of a global the value is exported; v128 has none in JavaScript.
    v8::TryCatch no_value{isolate};
    v8::Local<v8::Value> value_of;
    if (each.is_global
        && intrinsics->global_value.Get(isolate)
             ->Call(context, item, 0, nullptr)
             .ToLocal(&value_of))
      item = value_of;
    items.push_back(item);
  }
  info.GetReturnValue().Set(v8::Array::New(isolate, items.data(), items.size()));
}

} // namespace

bool wasm_intrinsics::take(isolate_scope& here, v8::Local<v8::Context> context) {
  auto* isolate = here.v8();
  v8::Local<v8::Value> found;
  if (!take_property(isolate, context, context->Global(), "WebAssembly", found)
      || !found->IsObject())
    return false;
  auto wasm = found.As<v8::Object>();
  v8::Local<v8::Value> module;
  v8::Local<v8::Value> global;
  return take_property(isolate, context, wasm, "Module", module) && module->IsObject()
         && take_function(isolate, context, module.As<v8::Object>(), "imports", imports)
         && take_function(isolate, context, module.As<v8::Object>(), "exports", exports)
         && take_function(isolate, context, wasm, "Instance", instance)
         && take_getter(isolate, context, instance.Get(isolate), "exports", exports_of)
         && take_property(isolate, context, wasm, "Global", global) && global->IsObject()
         && take_getter(isolate, context, global.As<v8::Object>(), "value", global_value);
}

void wasm_intrinsics::reset() {
  imports.Reset();
  exports.Reset();
  instance.Reset();
  exports_of.Reset();
  global_value.Reset();
}

module_hold make_wasm_module(isolate_scope& here, v8::Local<v8::Context> context,
                             module_registry& registry, const module_source& source) {
  auto* isolate = here.v8();
  const auto& owner = realm::of(context);
  const auto* intrinsics = owner.wasm();
  if (intrinsics == nullptr || !owner.may_compile_wasm()) {
    v8::Local<v8::String> message;
    if (to_v8_string(isolate, fmt::format("{}: WebAssembly is not allowed in this context",
                                          source.identifier()))
          .ToLocal(&message))
      isolate->ThrowException(v8::Exception::WasmCompileError(message));
    return {};
  }
  auto begun = std::chrono::steady_clock::now();
  auto content = source.content();
  v8::Local<v8::WasmModuleObject> module;
  if (!here.owner().wasm().compile(here, std::as_bytes(std::span{content})).ToLocal(&module))
    return {};
  std::vector<wasm_item> imports;
  std::vector<wasm_item> exports;
  if (!list_items(here, context, module, intrinsics->imports, imports)
      || !list_items(here, context, module, intrinsics->exports, exports))
    return {};
  std::vector<std::string> modules;
  for (const auto& each : imports)
    if (std::ranges::find(modules, each.module) == modules.end())
      modules.push_back(each.module);
  auto made =
    compile_module(here, context, registry,
                   {.identifier = source.identifier(), .code = facade(modules, exports)});
  if (!made)
    return {};
  made->became(module_kind::wasm, content.size());
  made->source_object_.Reset(isolate, module);
  made->instantiates_wasm_ = true;
  made->took(std::chrono::steady_clock::now() - begun);
  return made;
}

void prepare_wasm_meta(isolate_scope& here, v8::Local<v8::Context> context, module_record& record,
                       v8::Local<v8::Object> meta) {
  auto* isolate = here.v8();
  v8::Local<v8::Function> function;
  if (v8::Function::New(context, &instantiate, v8::External::New(isolate, &record), 0,
                        v8::ConstructorBehavior::kThrow)
        .ToLocal(&function))
    meta->CreateDataProperty(context, literal(isolate, "instantiate"), function).FromMaybe(false);
}

} // namespace troupe::js

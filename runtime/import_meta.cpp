#include "runtime/import_meta.hpp"

#include "runtime/environment.hpp"
#include "runtime/module_compiler.hpp"
#include "runtime/node_vm/machine.hpp"
#include "runtime/script_modules.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-exception.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::js {

namespace {

/// The path of a `file:` URL.
std::optional<std::string> path_of(std::string_view url) {
  constexpr std::string_view scheme = "file://";
  if (!url.starts_with(scheme) || !url.substr(scheme.size()).starts_with('/'))
    return std::nullopt;
  url = url.substr(scheme.size(), url.find_first_of("?#") - scheme.size());
  std::string path;
  for (std::size_t i = 0; i < url.size(); ++i) {
    unsigned byte = 0;
    if (url[i] == '%' && i + 2 < url.size()
        && std::from_chars(&url[i + 1], &url[i + 1] + 2, byte, 16).ptr == &url[i + 1] + 2) {
      path += static_cast<char>(byte);
      i += 2;
    } else {
      path += url[i];
    }
  }
  return path;
}

} // namespace

void init_import_meta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                      v8::Local<v8::Object> meta) {
  auto* isolate = v8::Isolate::GetCurrent();
  auto& owner = environment::of(isolate);
  isolate_scope here{owner.owner()};
  auto* record = owner.owner().modules().find(here, module);
  if (record == nullptr) {
    if (auto* vm = owner.vm_machine())
      vm->fill_import_meta(context, module, meta);
    return;
  }
  if (record->has_url_ && owner.file_modules() != nullptr) {
    owner.file_modules()->init_meta(here, context, meta, record->identifier());
    return;
  }
  auto set = [&](std::string_view key, v8::Local<v8::Value> item) {
    v8::Local<v8::String> name;
    if (to_v8_string(isolate, key).ToLocal(&name))
      meta->CreateDataProperty(context, name, item).FromMaybe(false);
  };
  v8::Local<v8::String> url;
  if (record->has_url_ && to_v8_string(isolate, record->identifier()).ToLocal(&url)) {
    set("url", url);
    if (auto path = path_of(record->identifier())) {
      v8::Local<v8::String> text;
      if (to_v8_string(isolate, *path).ToLocal(&text))
        set("filename", text);
      auto slash = path->rfind('/');
      if (to_v8_string(isolate, slash == 0 ? "/" : path->substr(0, slash)).ToLocal(&text))
        set("dirname", text);
    }
  }
  for (const auto& [key, item] : record->meta_) {
    v8::TryCatch quiet{isolate};
    v8::Local<v8::Value> made;
    if (clone_in(here, context, item).ToLocal(&made))
      set(key, made);
  }
  if (record->instantiates_wasm_)
    prepare_wasm_meta(here, context, *record, meta);
}

} // namespace troupe::js

#include "runtime/module_compiler.hpp"

#include "runtime/buffer_pages.hpp"
#include "runtime/byte_view.hpp"
#include "runtime/offered_code_cache.hpp"
#include "runtime/structured_clone.hpp"
#include "runtime/wasm_module.hpp"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-exception.h>
#include <v8-json.h>
#include <v8-promise.h>
#include <v8-typed-array.h>

#include <algorithm>

namespace troupe::js {

namespace {

void throw_range_error(v8::Isolate* isolate, std::string_view text) {
  v8::Local<v8::String> message;
  if (to_v8_string(isolate, text).ToLocal(&message))
    isolate->ThrowException(v8::Exception::RangeError(message));
}

module_request request_of(isolate_scope& here, v8::Local<v8::Context> context,
                          v8::Local<v8::ModuleRequest> from, const std::string& referrer) {
  auto* isolate = here.v8();
  module_request request{
    .specifier = to_utf8(isolate, from->GetSpecifier()),
    .attributes = read_attributes(here, context, from->GetImportAttributes(), 3),
    .phase = from->GetPhase() == v8::ModuleImportPhase::kSource ? import_phase::source
                                                                : import_phase::evaluation,
    .referrer = referrer};
  return request;
}

std::vector<module_import> imports_of(isolate_scope& here, v8::Local<v8::Context> context,
                                      v8::Local<v8::Module> module, const std::string& referrer) {
  auto requests = module->GetModuleRequests();
  std::vector<module_import> imports;
  imports.reserve(static_cast<std::size_t>(requests->Length()));
  for (int i = 0; i < requests->Length(); ++i) {
    auto request = requests->Get(context, i).As<v8::ModuleRequest>();
    imports.push_back({.request = request_of(here, context, request, referrer),
                       .offset = request->GetSourceOffset()});
  }
  return imports;
}

v8::MaybeLocal<v8::Value> set_exports(v8::Local<v8::Context> context,
                                      v8::Local<v8::Module> module) {
  auto& owner = isolate::of(v8::Isolate::GetCurrent());
  isolate_scope here{owner};
  v8::EscapableHandleScope handles{here.v8()};
  if (auto* record = owner.modules().find(here, module)) {
    for (auto& [name, item] : record->exports_)
      if (module
            ->SetSyntheticModuleExport(here.v8(), name.Get(here.v8()),
                                       item.IsEmpty() ? v8::Undefined(here.v8()).As<v8::Value>()
                                                      : item.Get(here.v8()))
            .IsNothing())
        return {};
    record->exports_.clear();
  }
  v8::Local<v8::Promise::Resolver> done;
  if (!v8::Promise::Resolver::New(context).ToLocal(&done)
      || done->Resolve(context, v8::Undefined(here.v8())).IsNothing())
    return {};
  return handles.Escape(done->GetPromise().As<v8::Value>());
}

/// A module whose exports are there already.
module_hold make_synthetic(
  isolate_scope& here, module_registry& registry, module_facts facts,
  std::vector<std::pair<v8::Local<v8::String>, v8::Local<v8::Value>>> exports) {
  auto* isolate = here.v8();
  v8::Local<v8::String> name;
  if (!to_v8_string(isolate, facts.identifier).ToLocal(&name)) {
    throw_range_error(isolate, "The identifier is too long for a V8 string");
    return {};
  }
  std::vector<v8::Local<v8::String>> names;
  for (const auto& each : exports)
    names.push_back(each.first);
  auto module =
    v8::Module::CreateSyntheticModule(isolate, name, {names.data(), names.size()}, &set_exports);
  auto made = registry.add(here, module, std::move(facts));
  for (const auto& [key, item] : exports)
    made->exports_.push_back(
      {.name = v8::Global<v8::String>{isolate, key},
       .item = item.IsEmpty() ? v8::Global<v8::Value>{} : v8::Global<v8::Value>{isolate, item}});
  return made;
}

module_hold make_default_export(isolate_scope& here, module_registry& registry,
                                const module_source& source, v8::Local<v8::Value> item) {
  return make_synthetic(
    here, registry,
    {.identifier = source.identifier(), .kind = source.kind(), .size = source.content().size()},
    {{v8::String::NewFromUtf8Literal(here.v8(), "default"), item}});
}

v8::MaybeLocal<v8::Value> parse_json(isolate_scope& here, v8::Local<v8::Context> context,
                                     const module_source& source) {
  auto* isolate = here.v8();
  auto text = source.content();
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  v8::Local<v8::String> content;
  if (!to_v8_string(isolate, text).ToLocal(&content)) {
    throw_range_error(isolate, "The source is too long for a V8 string");
    return {};
  }
  v8::TryCatch caught{isolate};
  v8::Local<v8::Value> parsed;
  if (v8::JSON::Parse(context, content).ToLocal(&parsed))
    return parsed;
  if (caught.HasTerminated() || !caught.HasCaught()) {
    caught.ReThrow();
    return {};
  }
  // V8's message does not say in which file.
  auto why = to_utf8(isolate, caught.Message()->Get());
  constexpr std::string_view prefix = "Uncaught SyntaxError: ";
  if (why.starts_with(prefix))
    why.erase(0, prefix.size());
  v8::Local<v8::String> message;
  if (!to_v8_string(isolate, fmt::format("{}: {}", source.identifier(), why)).ToLocal(&message)) {
    caught.ReThrow();
    return {};
  }
  caught.Reset();
  isolate->ThrowException(v8::Exception::SyntaxError(message));
  caught.ReThrow();
  return {};
}

v8::MaybeLocal<v8::Value> make_bytes(isolate_scope& here, std::string_view content) {
  v8::Local<v8::Uint8Array> made;
  if (!new_bytes(here.v8(), content).ToLocal(&made))
    return {};
  return made.As<v8::Value>();
}

} // namespace

std::vector<import_attribute> read_attributes(isolate_scope& here, v8::Local<v8::Context> context,
                                              v8::Local<v8::FixedArray> from, int stride) {
  std::vector<import_attribute> attributes;
  for (int i = 0; i + 1 < from->Length(); i += stride)
    attributes.push_back({to_utf8(here.v8(), from->Get(context, i).As<v8::String>()),
                          to_utf8(here.v8(), from->Get(context, i + 1).As<v8::String>())});
  std::ranges::sort(attributes, {}, &import_attribute::key);
  return attributes;
}

module_hold compile_module(isolate_scope& here, v8::Local<v8::Context> context,
                           module_registry& registry, const module_code& source) {
  auto* isolate = here.v8();
  auto begun = std::chrono::steady_clock::now();
  v8::Local<v8::String> code;
  v8::Local<v8::String> name;
  if (!to_v8_string(isolate, source.code).ToLocal(&code)
      || !to_v8_string(isolate, source.identifier).ToLocal(&name)) {
    throw_range_error(isolate, "The source is too long for a V8 string");
    return {};
  }
  v8::ScriptOrigin origin{name,
                          source.line_offset,
                          source.column_offset,
                          false,
                          -1,
                          v8::Local<v8::Value>{},
                          false,
                          false,
                          true};
  code_cache_ptr cache;
  sha256_digest digest{};
  if (!source.cached_data.empty()) {
    digest = digest_of(source_kind::module, source.code);
    cache = unseal(digest, source.cached_data);
  } else if (source.cache) {
    cache = source.cache->find(source.code, {});
  }
  offered_code_cache offer{isolate, cache};
  v8::ScriptCompiler::Source text{code, origin, offer.data()};
  v8::Local<v8::Module> module;
  if (!v8::ScriptCompiler::CompileModule(isolate, &text, offer.options()).ToLocal(&module))
    return {};
  auto made = registry.add(here, module,
                           {.identifier = source.identifier,
                            .kind = module_kind::javascript,
                            .size = source.code.size(),
                            .imports = imports_of(here, context, module, source.identifier)});
  if (!source.cached_data.empty())
    made->cached_data_rejected_ = !offer.taken();
  if (source.cache && cache && !offer.taken())
    source.cache->reject(cache);
  if (source.cache && !offer.taken()
      && source.code.size() >= shared_code_cache::source_size_min) {
    made->cache_ = source.cache;
    made->to_share_.Reset(isolate, module->GetUnboundModuleScript());
  }
  made->took(std::chrono::steady_clock::now() - begun);
  return made;
}

module_hold make_module(isolate_scope& here, v8::Local<v8::Context> context,
                        module_registry& registry, const module_source& source) {
  v8::Local<v8::Value> item;
  switch (source.kind()) {
    case module_kind::javascript: {
      auto made = compile_module(here, context, registry,
                                 {.identifier = source.identifier(),
                                  .code = source.content(),
                                  .cache = detail::module_source_access::text(source).cache});
      if (made)
        made->has_url_ = true;
      return made;
    }
    case module_kind::json:
      if (!parse_json(here, context, source).ToLocal(&item))
        return {};
      break;
    case module_kind::text: {
      v8::Local<v8::String> content;
      if (!to_v8_string(here.v8(), source.content()).ToLocal(&content)) {
        throw_range_error(here.v8(), "The source is too long for a V8 string");
        return {};
      }
      item = content;
      break;
    }
    case module_kind::bytes:
      if (!make_bytes(here, source.content()).ToLocal(&item))
        return {};
      break;
    case module_kind::wasm:
      return make_wasm_module(here, context, registry, source);
    case module_kind::synthetic:
      return make_synthetic_module(here, context, registry, source.identifier(),
                                   detail::module_source_access::text(source).exports);
  }
  return make_default_export(here, registry, source, item);
}

module_hold make_synthetic_module(isolate_scope& here, v8::Local<v8::Context> context,
                                  module_registry& registry, const std::string& identifier,
                                  std::span<const value::member> exports) {
  auto* isolate = here.v8();
  std::vector<std::pair<v8::Local<v8::String>, v8::Local<v8::Value>>> items;
  for (const auto& [key, item] : exports) {
    v8::Local<v8::String> name;
    v8::Local<v8::Value> made;
    if (!to_v8_string(isolate, key).ToLocal(&name)) {
      throw_range_error(isolate, "The name of an export is too long for a V8 string");
      return {};
    }
    if (!clone_in(here, context, item).ToLocal(&made))
      return {};
    if (made->IsFunction() && made.As<v8::Function>()->GetName().As<v8::String>()->Length() == 0)
      made.As<v8::Function>()->SetName(name);
    // V8 takes no name twice.
    if (std::ranges::none_of(items,
                             [&](const auto& each) { return each.first->StringEquals(name); }))
      items.emplace_back(name, made);
  }
  return make_synthetic(
    here, registry, {.identifier = identifier, .kind = module_kind::synthetic}, std::move(items));
}

} // namespace troupe::js

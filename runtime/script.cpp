#include "runtime/script.hpp"

#include "runtime/offered_code_cache.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-exception.h>

#include <utility>

namespace troupe::js {

namespace {

constexpr std::size_t cached_scripts_max = 256;

void throw_too_long(v8::Isolate* isolate) {
  isolate->ThrowException(v8::Exception::RangeError(
    v8::String::NewFromUtf8Literal(isolate, "The source is too long for a V8 string")));
}

} // namespace

std::optional<compiled_function> compile_function(isolate_scope& here,
                                                  v8::Local<v8::Context> context,
                                                  const function_source& source,
                                                  std::span<v8::Local<v8::Object>> extensions) {
  auto* isolate = here.v8();
  v8::Local<v8::String> body;
  v8::Local<v8::String> filename;
  std::vector<v8::Local<v8::String>> parameters;
  bool fits = to_v8_string(isolate, source.body).ToLocal(&body)
              && to_v8_string(isolate, source.options.filename).ToLocal(&filename);
  for (const auto& name : source.parameters)
    fits = fits && to_v8_string(isolate, name).ToLocal(&parameters.emplace_back());
  if (!fits) {
    throw_too_long(isolate);
    return {};
  }
  v8::ScriptOrigin origin{filename, source.options.line_offset, source.options.column_offset};
  compiled_function made;
  std::vector<std::string_view> names(source.parameters.begin(), source.parameters.end());
  made.digest = digest_of(source_kind::function, source.body, names);
  const auto& brought = source.options.cached_data;
  offered_code_cache offer{isolate, brought.empty() ? nullptr : unseal(made.digest, brought)};
  v8::ScriptCompiler::Source text{body, origin, offer.data()};
  if (!v8::ScriptCompiler::CompileFunction(context, &text, parameters.size(), parameters.data(),
                                           extensions.size(), extensions.data(), offer.options())
         .ToLocal(&made.function))
    return std::nullopt;
  if (!brought.empty())
    made.cached_data_rejected = !offer.taken();
  return made;
}

value to_value(const compile_facts& facts) {
  return value::object({{"cached_data_rejected", facts.cached_data_rejected},
                        {"source_map_url", facts.source_map_url}});
}

compile_facts to_compile_facts(const value& from) {
  return {.cached_data_rejected = from["cached_data_rejected"].as<std::optional<bool>>(),
          .source_map_url = from["source_map_url"].as<std::optional<std::string>>()};
}

std::optional<compiled_script> script_cache::compile(isolate_scope& here,
                                                     v8::Local<v8::Context> context,
                                                     const script_source& source) {
  auto* isolate = here.v8();
  v8::Context::Scope entered{context};
  if (auto found = by_id_.find(source.id); found != by_id_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second);
    auto& known = recent_.front();
    if (!known.reusable.IsEmpty())
      return compiled_script{.script = known.reusable.Get(isolate), .reused = true};
    return compiled_script{.script = known.compiled.Get(isolate)->BindToCurrentContext()};
  }
  v8::Local<v8::String> code;
  v8::Local<v8::String> filename;
  if (!to_v8_string(isolate, source.code).ToLocal(&code)
      || !to_v8_string(isolate, source.options.filename).ToLocal(&filename)) {
    throw_too_long(isolate);
    return {};
  }
  v8::ScriptOrigin origin{filename, source.options.line_offset, source.options.column_offset};
  code_cache_ptr cache;
  if (source.cache)
    cache = source.cache->find(source.code, source.options.cached_data);
  else if (!source.options.cached_data.empty())
    cache = unseal(digest_of(source_kind::script, source.code), source.options.cached_data);
  offered_code_cache offer{isolate, cache};
  v8::ScriptCompiler::Source text{code, origin, offer.data()};
  v8::Local<v8::UnboundScript> compiled;
  if (!v8::ScriptCompiler::CompileUnboundScript(isolate, &text, offer.options())
         .ToLocal(&compiled))
    return {};
  if (cache && !offer.taken() && source.cache)
    source.cache->reject(cache);
  if (source.id != 0) {
    recent_.push_front({source.id, v8::Global<v8::UnboundScript>{isolate, compiled}});
    by_id_.emplace(source.id, recent_.begin());
    if (recent_.size() > cached_scripts_max) {
      by_id_.erase(recent_.back().id);
      recent_.pop_back();
    }
  }
  return compiled_script{.script = compiled->BindToCurrentContext(),
                         .from_source = !offer.taken()};
}

void script_cache::completed(isolate_scope& here, std::uint64_t id,
                             v8::Local<v8::Script> script) {
  auto found = by_id_.find(id);
  if (found == by_id_.end())
    return;
  auto& known = *found->second;
  if (std::exchange(known.has_completed, true))
    known.reusable.Reset(here.v8(), script);
}

void script_cache::unbind() {
  for (auto& each : recent_) {
    each.reusable.Reset();
    each.has_completed = false;
  }
}

void script_cache::share(isolate_scope& here, std::uint64_t id, shared_code_cache& with) {
  auto found = by_id_.find(id);
  if (found == by_id_.end() || !with.claim())
    return;
  if (auto made = make_code_cache(found->second->compiled.Get(here.v8())))
    with.put(std::move(made));
}

} // namespace troupe::js

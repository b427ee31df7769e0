#include "runtime/script.hpp"

#include "runtime/structured_clone.hpp"

#include <v8-exception.h>

#include <limits>

namespace troupe::js {

namespace {

constexpr std::size_t cached_scripts_max = 256;

void throw_too_long(v8::Isolate* isolate) {
  isolate->ThrowException(v8::Exception::RangeError(
    v8::String::NewFromUtf8Literal(isolate, "The source is too long for a V8 string")));
}

// V8 counts the bytes of a cache with an int.
constexpr std::size_t cache_size_max = std::numeric_limits<int>::max();

/// Compiles from `cache`, if V8 takes it, else from the source.
/// @param taken whether V8 took the cache.
v8::MaybeLocal<v8::UnboundScript> compile_with(v8::Isolate* isolate, v8::Local<v8::String> code,
                                               const v8::ScriptOrigin& origin,
                                               const code_cache_ptr& cache, bool& taken) {
  using compiler = v8::ScriptCompiler;
  taken = false;
  if (!cache || cache->bytes().size() > cache_size_max) {
    compiler::Source source{code, origin};
    return compiler::CompileUnboundScript(isolate, &source);
  }
  auto bytes = cache->bytes();
  // Belongs to the source; the bytes stay ours.
  auto* data = new compiler::CachedData{reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                        static_cast<int>(bytes.size())};
  compiler::Source source{code, origin, data};
  // V8 does not look at the data when it has compiled the same text before.
  bool fits = data->CompatibilityCheck(isolate) == compiler::CachedData::kSuccess;
  auto script = compiler::CompileUnboundScript(isolate, &source, compiler::kConsumeCodeCache);
  taken = fits && !data->rejected;
  return script;
}

} // namespace

v8::MaybeLocal<v8::Function> compile_function(isolate_scope& here, v8::Local<v8::Context> context,
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
  v8::ScriptCompiler::Source compiled{body, origin};
  return v8::ScriptCompiler::CompileFunction(context, &compiled, parameters.size(),
                                             parameters.data(), extensions.size(),
                                             extensions.data());
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
    auto& [id, compiled, bound] = recent_.front();
    if (bound.IsEmpty())
      bound.Reset(isolate, compiled.Get(isolate)->BindToCurrentContext());
    return compiled_script{bound.Get(isolate), false};
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
  bool taken = false;
  v8::Local<v8::UnboundScript> compiled;
  if (!compile_with(isolate, code, origin, cache, taken).ToLocal(&compiled))
    return {};
  if (cache && !taken && source.cache)
    source.cache->reject(cache);
  auto script = compiled->BindToCurrentContext();
  if (source.id != 0) {
    recent_.push_front({source.id, v8::Global<v8::UnboundScript>{isolate, compiled},
                        v8::Global<v8::Script>{isolate, script}});
    by_id_.emplace(source.id, recent_.begin());
    if (recent_.size() > cached_scripts_max) {
      by_id_.erase(recent_.back().id);
      recent_.pop_back();
    }
  }
  return compiled_script{script, !taken};
}

void script_cache::unbind() {
  for (auto& each : recent_)
    each.bound.Reset();
}

void script_cache::share(isolate_scope& here, std::uint64_t id, shared_code_cache& with) {
  auto found = by_id_.find(id);
  if (found == by_id_.end() || !with.claim())
    return;
  if (auto made = make_code_cache(found->second->compiled.Get(here.v8())))
    with.put(std::move(made));
}

} // namespace troupe::js

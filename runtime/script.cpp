#include "runtime/script.hpp"

#include "runtime/structured_clone.hpp"

#include <v8-exception.h>

namespace troupe::js {

namespace {

constexpr std::size_t cached_scripts_max = 256;

void throw_too_long(v8::Isolate* isolate) {
  isolate->ThrowException(v8::Exception::RangeError(
    v8::String::NewFromUtf8Literal(isolate, "The source is too long for a V8 string")));
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

v8::MaybeLocal<v8::Script> script_cache::compile(isolate_scope& here,
                                                 v8::Local<v8::Context> context,
                                                 const script_source& source) {
  auto* isolate = here.v8();
  if (auto found = by_id_.find(source.id); found != by_id_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second);
    return recent_.front().script.Get(isolate);
  }
  v8::Context::Scope entered{context};
  v8::Local<v8::String> code;
  v8::Local<v8::String> filename;
  if (!to_v8_string(isolate, source.code).ToLocal(&code)
      || !to_v8_string(isolate, source.options.filename).ToLocal(&filename)) {
    throw_too_long(isolate);
    return {};
  }
  v8::ScriptOrigin origin{filename, source.options.line_offset, source.options.column_offset};
  v8::ScriptCompiler::Source compiled{code, origin};
  v8::Local<v8::Script> script;
  if (!v8::ScriptCompiler::Compile(context, &compiled).ToLocal(&script))
    return {};
  if (source.id != 0) {
    recent_.push_front({source.id, v8::Global<v8::Script>{isolate, script}});
    by_id_.emplace(source.id, recent_.begin());
    if (recent_.size() > cached_scripts_max) {
      by_id_.erase(recent_.back().id);
      recent_.pop_back();
    }
  }
  return script;
}

} // namespace troupe::js

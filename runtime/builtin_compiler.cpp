#include "runtime/builtin_compiler.hpp"

#include "runtime/builtin_sources.hpp"
#include "runtime/engine.hpp"

#include <v8-isolate.h>
#include <v8-primitive.h>
#include <v8-script.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace troupe::js {

namespace {

/// The text stays where it is in the library: no isolate has a copy.
class embedded_text final : public v8::String::ExternalOneByteStringResource {
public:
  explicit embedded_text(std::string_view text) : text_(text) {
  }

  [[nodiscard]] const char* data() const override {
    return text_.data();
  }

  [[nodiscard]] std::size_t length() const override {
    return text_.size();
  }

  /// It is there for all strings of all isolates, for good.
  void Dispose() override {
  }

private:
  std::string_view text_;
};

embedded_text& text_at(std::size_t index) {
  // Not destroyed: a context that was lost may live longer.
  static auto& all = *[] {
    auto made = std::make_unique<std::deque<embedded_text>>();
    for (const auto& each : builtin_sources())
      made->emplace_back(each.code);
    return made.release();
  }();
  return all[index];
}

} // namespace

const std::string& builtin_engine() {
  static const auto name = std::string{engine::version()} + " " + engine::build_id();
  return name;
}

v8::MaybeLocal<v8::Function> compile_builtin(v8::Local<v8::Context> context, std::size_t index,
                                             bool* from_cache) {
  using compiler = v8::ScriptCompiler;
  auto* isolate = context->GetIsolate();
  const auto& source = builtin_sources()[index];
  v8::Local<v8::String> code;
  v8::Local<v8::String> name;
  if (!v8::String::NewExternalOneByte(isolate, &text_at(index)).ToLocal(&code)
      || !v8::String::NewFromUtf8(isolate, ("troupe:" + std::string{source.id}).c_str())
            .ToLocal(&name))
    return {};
  auto text_of = [&](const char* text) {
    return v8::String::NewFromUtf8(isolate, text, v8::NewStringType::kInternalized)
      .ToLocalChecked();
  };
  v8::Local<v8::String> parameters[]{text_of("exports"), text_of("require"), text_of("module"),
                                     text_of("internalBinding"), text_of("primordials")};
  compiler::CachedData* data = nullptr;
  auto [engine, caches] = built_code_caches();
  if (index < caches.size() && engine == builtin_engine())
    data = new compiler::CachedData{reinterpret_cast<const std::uint8_t*>(caches[index].data()),
                                    static_cast<int>(caches[index].size()),
                                    compiler::CachedData::BufferNotOwned};
  compiler::Source text{code, v8::ScriptOrigin{name}, data};
  auto made = compiler::CompileFunction(
    context, &text, std::size(parameters), parameters, 0, nullptr,
    data != nullptr ? compiler::kConsumeCodeCache : compiler::kEagerCompile);
  if (from_cache != nullptr)
    *from_cache = data != nullptr && !data->rejected;
  return made;
}

} // namespace troupe::js

#pragma once

#include "runtime/code_cache.hpp"

#include <v8-script.h>

namespace troupe::js {

/// A code cache on offer to V8 for one compilation, of a script, function or module:
///
///     offered_code_cache offer{isolate, cache};
///     v8::ScriptCompiler::Source source{code, origin, offer.data()};
///     … Compile…(…, &source, …, offer.options())
///     if (!offer.taken()) …
///
/// Threads:  the isolate's.
/// Lifetime: `taken` is asked while the source is there, which owns the data.
class offered_code_cache {
public:
  /// `cache` may be null: nothing is offered.
  offered_code_cache(v8::Isolate* isolate, code_cache_ptr cache);

  [[nodiscard]] v8::ScriptCompiler::CachedData* data() const noexcept {
    return data_;
  }

  [[nodiscard]] v8::ScriptCompiler::CompileOptions options() const noexcept {
    return data_ != nullptr ? v8::ScriptCompiler::kConsumeCodeCache
                            : v8::ScriptCompiler::kNoCompileOptions;
  }

  /// Did V8 compile from it? False also when nothing was offered.
  [[nodiscard]] bool taken() const noexcept {
    return fits_ && !data_->rejected;
  }

private:
  code_cache_ptr cache_;
  v8::ScriptCompiler::CachedData* data_ = nullptr;
  bool fits_ = false;
};

} // namespace troupe::js

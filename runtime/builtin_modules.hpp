#pragma once

#include "runtime/isolate.hpp"
#include "troupe/builtins.hpp"

#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-persistent-handle.h>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::js {

/// The JavaScript of the runtime in one realm: modules of `runtime/builtins/`, each loaded
/// when it is first wanted, and once. They are CommonJS modules in the script's own realm
/// with two more arguments, `internalBinding` and `primordials`; cycles are as there.
///
/// A script reaches the modules and globals that its context was given, no internal
/// module, no binding.
///
/// Threads:  the isolate's.
/// Lifetime: must outlive the realm's scripts, and end before the isolate.
class builtin_modules {
public:
  /// Fills the object that `internalBinding(name)` gives; once, when it is first asked
  /// for. May throw into the script.
  using binding =
    std::function<void(isolate_scope&, v8::Local<v8::Context>, v8::Local<v8::Object>)>;

  explicit builtin_modules(builtin_set given);

  builtin_modules(const builtin_modules&) = delete;
  builtin_modules& operator=(const builtin_modules&) = delete;

  void add_binding(std::string name, binding fill);

  /// Captures the intrinsics and puts the globals in place; before any script runs.
  /// @returns false when V8 cannot.
  [[nodiscard]] bool install(isolate_scope& here, v8::Local<v8::Context> context);

  /// What a script gets for `node:util` or `util`.
  /// Empty with an exception pending: ERR_UNKNOWN_BUILTIN_MODULE when there is no such
  /// module, or the context was not given it.
  [[nodiscard]] v8::MaybeLocal<v8::Value> require(isolate_scope& here,
                                                  std::string_view specifier);

  /// Would `require` find it?
  [[nodiscard]] bool provides(std::string_view specifier) const noexcept;

  /// `module.exports` of any built-in, also an internal one: not for scripts.
  /// Empty with an exception pending.
  [[nodiscard]] v8::MaybeLocal<v8::Value> load(isolate_scope& here, std::string_view id);

  /// The property `member` of that.
  [[nodiscard]] v8::MaybeLocal<v8::Value> load(isolate_scope& here, std::string_view id,
                                               std::string_view member);

  [[nodiscard]] builtin_set given() const noexcept {
    return given_;
  }

  [[nodiscard]] v8::Local<v8::Context> context(isolate_scope& here) const {
    return context_.Get(here.v8());
  }

private:
  [[nodiscard]] v8::MaybeLocal<v8::Value> load_at(isolate_scope& here, std::size_t index);
  [[nodiscard]] bool evaluate(isolate_scope& here, v8::Local<v8::Context> context,
                              std::size_t index, v8::Local<v8::Object> module);
  [[nodiscard]] v8::MaybeLocal<v8::Object> find_binding(isolate_scope& here,
                                                        const std::string& name);

  static void on_require(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void on_internal_require(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void on_internal_binding(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void get_global(v8::Local<v8::Name> name,
                         const v8::PropertyCallbackInfo<v8::Value>& info);

  struct binding_state {
    binding fill;
    v8::Global<v8::Object> object{};
  };

  builtin_set given_;
  std::unordered_map<std::string, binding_state> bindings_;

  v8::Global<v8::Context> context_;
  v8::Global<v8::Value> primordials_;
  v8::Global<v8::Function> require_;
  v8::Global<v8::Function> internal_binding_;
  std::vector<v8::Global<v8::Object>> modules_; // by place in builtin_sources()
  std::size_t depth_ = 0;                       // of modules that are being loaded
};

} // namespace troupe::js

#pragma once

#include "runtime/isolate.hpp"
#include "runtime/module_record.hpp"
#include "runtime/script_hooks.hpp"
#include "troupe/module_source.hpp"

#include <v8-context.h>
#include <v8-exception.h>
#include <v8-function-callback.h>

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::js {

class environment;

/// Modules that the realm's own JavaScript finds (runtime/builtins/internal/modules/): files,
/// packages, built-ins and CommonJS, for `import` as for `require`. It takes the place of
/// `context_options::loader` once it has said so.
///
/// Threads:  the isolate's.
/// Lifetime: its realm's.
class script_modules {
public:
  explicit script_modules(environment& owner) : owner_(owner) {
  }

  script_modules(const script_modules&) = delete;
  script_modules& operator=(const script_modules&) = delete;

  void fill_binding(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Object> to);

  /// Does it find modules?
  [[nodiscard]] bool ready() const noexcept {
    return hooks_.has(hook::find);
  }

  /// What an import means: its source has yet to be read, or its code to be run.
  struct finding {
    std::string identifier;
    module_kind kind = module_kind::javascript;
    v8::Local<v8::Object> what;
  };

  /// Empty with an exception pending.
  [[nodiscard]] std::optional<finding> find(isolate_scope& here, v8::Local<v8::Context> context,
                                            const module_request& request);

  /// Of a finding with a source. Empty with an exception pending.
  [[nodiscard]] std::optional<module_source> read(isolate_scope& here,
                                                  v8::Local<v8::Context> context,
                                                  const finding& found);

  /// Of a `module_kind::synthetic`: a module whose exports a function of the script gives.
  /// Empty with an exception pending.
  [[nodiscard]] module_hold make(isolate_scope& here, v8::Local<v8::Context> context,
                                 module_registry& registry, const finding& found);

  /// Fills `import.meta`.
  void init_meta(isolate_scope& here, v8::Local<v8::Context> context, v8::Local<v8::Object> meta,
                 const std::string& identifier);

  /// What `require` wants imports `target`, which has yet to be evaluated or is on the way.
  /// @returns false with an exception pending when that may not be.
  [[nodiscard]] bool may_import(isolate_scope& here, v8::Local<v8::Context> context,
                                const module_import& import, const module_record& importer);

  /// Puts an error that the graph of `root` has thrown into better words.
  void explain(isolate_scope& here, v8::Local<v8::Context> context, v8::Local<v8::Value> error,
               const module_record& root);

  /// Likewise one that V8 has thrown while it linked.
  void explain_link(isolate_scope& here, v8::Local<v8::Context> context,
                    const v8::TryCatch& caught);

private:
  using call = v8::FunctionCallbackInfo<v8::Value>;

  /// What the script does for them, in the order of `setHooks`.
  enum class hook : std::uint8_t { find, init_meta, may_import, failed, unlinked, count };

  static script_modules& self_of(const call& info);
  static void set_hooks(const call& info);
  static void compile_function(const call& info);
  static void run_script(const call& info);
  static void import_module(const call& info);
  static void require_module(const call& info);
  static void stalled_await(const call& info);

  environment& owner_;
  script_hooks<hook> hooks_;
};

} // namespace troupe::js

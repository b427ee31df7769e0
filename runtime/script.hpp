#pragma once

#include "runtime/isolate.hpp"
#include "runtime/shared_code_cache.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"
#include "troupe/value.hpp"

#include <v8-context.h>
#include <v8-persistent-handle.h>
#include <v8-script.h>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::js {

/// A script's text and where it comes from. Immutable, shared by all contexts.
struct script_source {
  /// Unique within the process; 0 for a text that is run only once.
  std::uint64_t id = 0;
  std::string code; ///< UTF-8
  script_options options;
  /// What the contexts that run it share; null for a text that is run only once.
  std::shared_ptr<shared_code_cache> cache{};
};

using script_source_ptr = std::shared_ptr<const script_source>;

/// A function's body and what it is compiled with.
struct function_source {
  std::string body; ///< UTF-8
  std::vector<std::string> parameters;
  std::vector<value> extensions; ///< Objects that wrap its scope; references keep identity.
  script_options options;
};

/// A call of a function that is on lease.
struct call_spec {
  value callee;
  value receiver; ///< Its `this`.
  std::vector<value> arguments;
};

struct compiled_function {
  v8::Local<v8::Function> function;
  sha256_digest digest; ///< Of its source, for caches.
  /// Unset when the user has brought no cache.
  std::optional<bool> cached_data_rejected{};
};

/// A function in the global scope of `context`. Empty: an exception is pending, or,
/// without one, a parameter's name is no identifier.
[[nodiscard]] std::optional<compiled_function> compile_function(
  isolate_scope& here, v8::Local<v8::Context> context, const function_source& source,
  std::span<v8::Local<v8::Object>> extensions);

/// What compiling tells about a source.
struct compile_facts {
  std::optional<bool> cached_data_rejected{}; ///< Unset when none was brought.
  std::optional<std::string> source_map_url{};
};

/// As the value that answers travel as, and back.
[[nodiscard]] value to_value(const compile_facts& facts);
[[nodiscard]] compile_facts to_compile_facts(const value& from);

/// A script that was compiled, or found compiled, for a realm.
struct compiled_script {
  v8::Local<v8::Script> script;
  bool from_source = false; ///< Compiled just now, and not from a cache.
  bool reused = false;      ///< Has run before in this realm, and may again.
};

/// The scripts that one isolate has compiled, the recently used ones.
///
/// Threads:  the isolate's.
/// Lifetime: must end before its isolate.
class script_cache {
public:
  /// Compiles, or finds, a script and binds it to `context`, the isolate's current
  /// realm. @returns nothing on failure: the exception is pending in the caller's
  /// TryCatch.
  [[nodiscard]] std::optional<compiled_script> compile(isolate_scope& here,
                                                       v8::Local<v8::Context> context,
                                                       const script_source& source);

  /// The script has run to its end, and was not `reused`: perhaps it can be.
  void completed(isolate_scope& here, std::uint64_t id, v8::Local<v8::Script> script);

  /// The realm is replaced: what was compiled stays, bound to nothing.
  void unbind();

  /// Makes the code cache of a script that has run, for all contexts, unless another
  /// one does so.
  void share(isolate_scope& here, std::uint64_t id, shared_code_cache& with);

private:
  // A `v8::Script` that declares `let`, `const` or `class` at its top must not run
  // twice: its first run changes what it is bound to, and V8 does not look at that
  // (Execution::CallScript; it ends the process). V8 does not tell which scripts
  // declare such, but in one realm they can run to their end only once: then their
  // names are taken. So a script is bound anew for every run until it has run to its
  // end for the second time; what did that is kept.
  struct entry {
    std::uint64_t id;
    v8::Global<v8::UnboundScript> compiled;
    v8::Global<v8::Script> reusable{}; // in the current realm, or empty
    bool has_completed = false;        // in the current realm
  };

  std::list<entry> recent_; // most recently used first
  std::unordered_map<std::uint64_t, std::list<entry>::iterator> by_id_;
};

} // namespace troupe::js

#pragma once

#include "runtime/isolate.hpp"
#include "troupe/options.hpp"
#include "troupe/result.hpp"

#include <v8-context.h>
#include <v8-persistent-handle.h>
#include <v8-script.h>

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace troupe::js {

/// A script's text and where it comes from. Immutable, shared by all contexts.
struct script_source {
  /// Unique within the process; 0 for a text that is run only once.
  std::uint64_t id = 0;
  std::string code; ///< UTF-8
  script_options options;
};

using script_source_ptr = std::shared_ptr<const script_source>;

/// The scripts that one isolate has compiled, the recently used ones.
///
/// Threads:  the isolate's.
/// Lifetime: must end before its isolate.
class script_cache {
public:
  /// Compiles, or finds, a script bound to `context`, the only one of the isolate. On failure the
  /// exception is pending in the caller's TryCatch.
  [[nodiscard]] v8::MaybeLocal<v8::Script> compile(isolate_scope& here,
                                                   v8::Local<v8::Context> context,
                                                   const script_source& source);

private:
  struct entry {
    std::uint64_t id;
    v8::Global<v8::Script> script;
  };

  std::list<entry> recent_; // most recently used first
  std::unordered_map<std::uint64_t, std::list<entry>::iterator> by_id_;
};

} // namespace troupe::js

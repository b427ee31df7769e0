#pragma once

#include "runtime/isolate.hpp"
#include "troupe/error.hpp"

#include <v8-context.h>
#include <v8-promise.h>

#include <functional>
#include <vector>

namespace troupe::js {

/// The rejected promises of one isolate that nobody has handled yet
/// (https://tc39.es/ecma262/#sec-host-promise-rejection-tracker).
///
/// Threads:  the isolate's.
/// Lifetime: must end before the isolate.
class rejection_log {
public:
  /// V8's hook; to be called from the isolate's PromiseRejectCallback.
  void record(v8::Isolate* isolate, const v8::PromiseRejectMessage& message);

  /// A promise whose rejection is somebody's answer is handled.
  /// @returns whether it was among those that are kept.
  bool forget(v8::Isolate* isolate, v8::Local<v8::Promise> promise);

  /// At the end of a turn: reports and forgets what is left.
  void flush(isolate_scope& here, v8::Local<v8::Context> context,
             const std::function<void(error)>& report);

  /// Forgets all of them.
  void clear() {
    open_.clear();
    dropped_ = 0;
  }

  [[nodiscard]] bool empty() const noexcept {
    return open_.empty() && dropped_ == 0;
  }

private:
  struct entry {
    v8::Global<v8::Promise> promise;
    v8::Global<v8::Value> reason;
  };

  std::vector<entry> open_;
  std::size_t dropped_ = 0; // beyond what is kept
};

} // namespace troupe::js

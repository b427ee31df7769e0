#pragma once

#include "runtime/isolate.hpp"
#include "troupe/error.hpp"

#include <v8-context.h>
#include <v8-promise.h>

#include <cstdint>
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
  /// `run` is whose promise it is.
  /// @returns whether it is a handler for a rejection that was reported before.
  bool record(v8::Isolate* isolate, const v8::PromiseRejectMessage& message, std::uint64_t run);

  /// A promise whose rejection is somebody's answer is handled.
  /// @returns whether it was among those that are kept.
  bool forget(v8::Isolate* isolate, v8::Local<v8::Promise> promise);

  /// At the end of a turn: reports and forgets what is left. `report` gets the
  /// error, the run that it belongs to, and how many it stands for.
  /// `deal` is asked first: it may have dealt with the promise and its reason.
  void flush(isolate_scope& here, v8::Local<v8::Context> context,
             const std::function<bool(v8::Local<v8::Promise>, v8::Local<v8::Value>)>& deal,
             const std::function<void(error, std::uint64_t, std::uint64_t)>& report);

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
    std::uint64_t run;
  };

  std::vector<entry> open_;
  std::uint64_t dropped_ = 0; // beyond what is kept
  std::uint64_t dropped_run_ = 0;
};

} // namespace troupe::js

#pragma once

#include "runtime/function_ref.hpp"
#include "runtime/isolate.hpp"
#include "troupe/error.hpp"

#include <v8-container.h>
#include <v8-context.h>
#include <v8-persistent-handle.h>
#include <v8-promise.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::js {

/// The rejected promises of one isolate that nobody has handled yet
/// (https://tc39.es/ecma262/#sec-host-promise-rejection-tracker). They are kept in V8's heap,
/// whose limit counts them.
///
/// Threads:  the isolate's.
/// Lifetime: must end before the isolate.
class rejection_log {
public:
  /// Who is told at the end of a turn.
  struct listener {
    /// May deal with a promise and its reason itself.
    function_ref<bool(v8::Local<v8::Promise>, v8::Local<v8::Value>)> deal;
    /// A rejection that was reported before has a handler now.
    function_ref<void(v8::Local<v8::Promise>)> handled;
    /// The error, the run that it belongs to, and how many it stands for.
    function_ref<void(error, std::uint64_t, std::uint64_t)> report;
  };

  /// Whoever deals with rejections wants each of them; without that, the first ones are kept,
  /// and the rest are counted.
  void keep_all() noexcept {
    keeps_all_ = true;
  }

  /// V8's hook; to be called from the isolate's PromiseRejectCallback.
  /// `run` is whose promise it is.
  void record(isolate_scope& here, v8::Local<v8::Context> context,
              const v8::PromiseRejectMessage& message, std::uint64_t run);

  /// A promise whose rejection is somebody's answer is handled.
  void forget(v8::Local<v8::Context> context, v8::Local<v8::Promise> promise);

  /// At the end of a turn: tells of what is left, and forgets it.
  void flush(isolate_scope& here, v8::Local<v8::Context> context, const listener& to);

  /// Forgets all of them.
  void clear();

  [[nodiscard]] bool empty() const noexcept {
    return open_.IsEmpty() && late_.IsEmpty() && aside_.empty() && dropped_ == 0;
  }

private:
  void enter(isolate_scope& here, v8::Local<v8::Context> context,
             const v8::PromiseRejectMessage& message, std::uint64_t run);
  [[nodiscard]] bool remove(v8::Local<v8::Context> context, v8::Local<v8::Promise> promise);

  bool keeps_all_ = false;
  // Empty when there are none.
  v8::Global<v8::Map> open_; // promises, in order, with their run
  v8::Global<v8::Map> late_; // promises that were reported and are handled now
  /// One that came when V8 could not add to a Map.
  struct outside {
    v8::Global<v8::Promise> promise;
    std::uint64_t run = 0;
  };
  std::vector<outside> aside_;
  std::uint64_t dropped_ = 0; // beyond what is kept
  std::uint64_t dropped_run_ = 0;
};

} // namespace troupe::js

#pragma once

#include "runtime/isolate.hpp"

#include <v8-context.h>
#include <v8-object.h>
#include <v8-persistent-handle.h>

namespace troupe::js {

/// Fixes what V8 looks up when it runs a module with top-level `await`: the constructor of
/// promises and its @@species. It calls `then` as a script would, and ends the process when
/// that throws (V8 13.6, `SourceTextModule::ExecuteAsyncModule`).
///
/// Threads:  the isolate's.
/// Lifetime: before its isolate.
class promise_guard {
public:
  /// Remembers what a new realm has, before any script runs in it.
  void watch(isolate_scope& here, v8::Local<v8::Context> context);

  /// From now on no script changes it: `Promise.prototype.constructor` is read-only, and
  /// neither that nor `Promise[Symbol.species]` can be configured.
  /// @returns false when a script has made them something else for good.
  [[nodiscard]] bool fix(isolate_scope& here, v8::Local<v8::Context> context);

private:
  v8::Global<v8::Object> prototype_;
  v8::Global<v8::Object> constructor_;
  v8::Global<v8::Symbol> species_; // Symbol.species
  v8::Global<v8::Value> species_getter_;
  bool fixed_ = false;
};

} // namespace troupe::js

#pragma once

#include "runtime/isolate.hpp"

#include <v8-context.h>

namespace troupe::js {

// What V8 looks up when it runs a module with top-level `await`: the constructor of promises
// and its @@species. It calls `then` as a script would, and ends the process when that throws
// (V8 13.6, `SourceTextModule::ExecuteAsyncModule`).

/// Notes in the context what a fresh one has, before any script runs in it. `main` is one where
/// that was done before, or the same, whose global object is as V8 has made it.
void watch_promises(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Context> main);

/// From now on no script changes it: `Promise.prototype.constructor` is read-only, and neither
/// that nor `Promise[Symbol.species]` can be configured.
/// @returns false when a script has made them something else for good, or nothing was noted.
[[nodiscard]] bool fix_promises(isolate_scope& here, v8::Local<v8::Context> context);

/// Throws that, in the current context.
void throw_unfixable_promises(v8::Isolate* isolate);

} // namespace troupe::js

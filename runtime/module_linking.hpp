#pragma once

#include "runtime/module_record.hpp"
#include "troupe/result.hpp"

#include <v8-context.h>

#include <cstddef>

namespace troupe::js {

// What V8 does with a graph whose modules have all been loaded
// (https://tc39.es/ecma262/#sec-abstract-module-records). The isolate's thread, in a turn.

/// Has V8 linked the module, and all that it imports?
[[nodiscard]] bool is_linked(isolate_scope& here, const module_record& record);

/// Links the graph, of at most `depth_max` modules that import each other in a row. Nothing,
/// or an error; with an exception pending if V8 has thrown it.
[[nodiscard]] result<void> link_graph(isolate_scope& here, v8::Local<v8::Context> context,
                                      module_record& root, std::size_t depth_max);

/// V8 has linked the graph: nobody else need keep what its modules import.
void forget_targets(module_record& root);

/// `Module::Evaluate`, where V8 can do it. Empty with an exception pending.
[[nodiscard]] v8::MaybeLocal<v8::Value> evaluate_graph(isolate_scope& here,
                                                       v8::Local<v8::Context> context,
                                                       module_record& root);

/// The imports go too deep, at that module.
[[nodiscard]] error too_deep(const module_record& at, std::size_t depth_max);

} // namespace troupe::js

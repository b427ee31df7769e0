#pragma once

#include "runtime/module_record.hpp"
#include "troupe/result.hpp"

#include <v8-context.h>

#include <cstddef>
#include <string_view>

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

/// How many modules may import each other in a row: V8 resolves exports recursively and does
/// not look at the stack. `stack_bytes` are kept for that (isolate_thread).
[[nodiscard]] std::size_t depth_that_fits(std::size_t stack_bytes);

/// The imports go too deep, at that module.
[[nodiscard]] error too_deep(std::string_view at, std::size_t depth_max);

} // namespace troupe::js

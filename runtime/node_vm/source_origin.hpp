#pragma once

#include <v8-message.h>
#include <v8-primitive.h>

namespace troupe::js::node_vm {

/// Where a source of `node:vm` comes from: its name, line and column as a script gave them, and
/// the symbol by which its `import()` finds what serves it (`import_server`); anything else than
/// a symbol: nothing does. The numbers must be 32-bit integers.
[[nodiscard]] v8::ScriptOrigin source_origin(v8::Isolate* isolate, v8::Local<v8::Value> name,
                                             v8::Local<v8::Value> line,
                                             v8::Local<v8::Value> column,
                                             v8::Local<v8::Value> import_symbol,
                                             bool is_module = false);

} // namespace troupe::js::node_vm

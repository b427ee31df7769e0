#include "runtime/node_vm/source_origin.hpp"

#include <v8-data.h>

namespace troupe::js::node_vm {

v8::ScriptOrigin source_origin(v8::Isolate* isolate, v8::Local<v8::Value> name,
                               v8::Local<v8::Value> line, v8::Local<v8::Value> column,
                               v8::Local<v8::Value> import_symbol, bool is_module) {
  v8::Local<v8::Data> host_options;
  if (import_symbol->IsSymbol()) {
    auto options = v8::PrimitiveArray::New(isolate, 1);
    options->Set(isolate, 0, import_symbol.As<v8::Symbol>());
    host_options = options;
  }
  constexpr bool shared_cross_origin = true; // scripts may see the message of an error
  constexpr int no_id = -1;
  return {name,
          line.As<v8::Int32>()->Value(),
          column.As<v8::Int32>()->Value(),
          shared_cross_origin,
          no_id,
          v8::Local<v8::Value>{},
          false,
          false,
          is_module,
          host_options};
}

} // namespace troupe::js::node_vm

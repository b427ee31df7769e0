#include "runtime/builtin_bindings.hpp"
#include "runtime/environment.hpp"
#include "runtime/node_vm/machine.hpp"

#include <v8-primitive.h>

namespace troupe::js {

void fill_vm_binding(environment& owner, isolate_scope& here, v8::Local<v8::Context> context,
                     v8::Local<v8::Object> to) {
  auto* machine = owner.vm_machine();
  if (machine == nullptr)
    return;
  machine->fill_binding(here, context, to);
  bool has_buffer = owner.builtins()->given().has(builtin::buffer);
  to->CreateDataProperty(context, v8::String::NewFromUtf8Literal(here.v8(), "hasBuffer"),
                         v8::Boolean::New(here.v8(), has_buffer))
    .FromMaybe(false);
}

} // namespace troupe::js

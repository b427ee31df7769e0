#include "runtime/builtin_bindings.hpp"
#include "runtime/environment.hpp"
#include "runtime/node_vm/machine.hpp"

namespace troupe::js {

void fill_vm_binding(environment& owner, isolate_scope& here, v8::Local<v8::Context> context,
                     v8::Local<v8::Object> to) {
  if (auto* machine = owner.vm_machine())
    machine->fill_binding(here, context, to);
}

} // namespace troupe::js

#include "runtime/node_vm/machine.hpp"

#include "runtime/environment.hpp"
#include "runtime/exception.hpp"
#include "runtime/rejection_log.hpp"

#include <v8-exception.h>
#include <v8-external.h>
#include <v8-microtask-queue.h>
#include <v8-primitive.h>

#include <utility>

namespace troupe::js::node_vm {

machine::machine(isolate& owner, run_surroundings around)
  : owner_(owner), around_(std::move(around)), contexts_(owner), modules_(owner),
    decorator_(owner.v8()) {
}

bool machine::prepare(isolate_scope& here, v8::Local<v8::Context> main) {
  return stacks_.prepare(here.v8(), main) && contexts_.prepare(here, main);
}

void machine::fill_binding(isolate_scope& here, v8::Local<v8::Context> main,
                           v8::Local<v8::Object> to) {
  auto data = v8::External::New(here.v8(), this);
  add_script_class(main, to, data);
  add_context_functions(main, to, data);
  add_compile_function(main, to, data);
  add_module_class(main, to, data);
  add_dynamic_import(main, to, data);
  add_measure_memory(main, to, data);
}

void machine::retire() {
  contexts_.retire();
  modules_.clear();
  buffer_prototype_.Reset();
}

machine& machine::of(const v8::FunctionCallbackInfo<v8::Value>& info) {
  return *static_cast<machine*>(info.Data().As<v8::External>()->Value());
}

void machine::handled(v8::Local<v8::Promise> rejected) const {
  auto* isolate = owner_.v8();
  environment::of(isolate).rejections_->forget(isolate->GetCurrentContext(), rejected);
  rejected->MarkAsHandled();
}

v8::Local<v8::Value> machine::as_buffer(v8::Local<v8::Value> bytes) const {
  auto* isolate = owner_.v8();
  if (!buffer_prototype_.IsEmpty())
    bytes.As<v8::Object>()
      ->SetPrototypeV2(isolate->GetCurrentContext(), buffer_prototype_.Get(isolate))
      .FromMaybe(false);
  return bytes;
}

machine* machine::of(v8::Isolate* isolate) {
  return environment::of(isolate).vm_machine();
}

v8::MaybeLocal<v8::Value> machine::run(isolate_scope& here, v8::Local<v8::Context> context,
                                       const run_wish& wish,
                                       function_ref<v8::MaybeLocal<v8::Value>()> body) {
  auto* isolate = here.v8();
  v8::Local<v8::Value> last;
  auto ending = nested_run::ending::normal;
  {
    v8::TryCatch caught{isolate};
    {
      v8::Context::Scope entered{context};
      nested_run limited{around_,
                         {.timeout = wish.timeout, .break_on_sigint = wish.break_on_sigint}};
      if (body().ToLocal(&last))
        if (auto* queue = contexts_.own_queue(context))
          queue->PerformCheckpoint(isolate);
      // Reads what a script may have made.
      if (wish.display_errors && caught.HasCaught() && !caught.HasTerminated())
        decorator_.decorate(here, context, caught);
      ending = limited.leave();
    }
    if (ending == nested_run::ending::normal) {
      if (!caught.HasCaught())
        return last;
      if (!caught.HasTerminated()) {
        caught.ReThrow();
        return {};
      }
    }
  }
  auto here_and_now = isolate->GetCurrentContext();
  switch (ending) {
    case nested_run::ending::timeout:
      isolate->ThrowException(make_exception(here, here_and_now, timed_out_error(wish.timeout)));
      break;
    case nested_run::ending::interrupt:
      isolate->ThrowException(make_exception(here, here_and_now, interrupted_error()));
      break;
    case nested_run::ending::normal:
    case nested_run::ending::unwinding:
      isolate->TerminateExecution();
      break;
  }
  return {};
}

void throw_illegal_call(v8::Isolate* isolate) {
  isolate->ThrowException(
    v8::Exception::TypeError(v8::String::NewFromUtf8Literal(isolate, "Illegal invocation")));
}

} // namespace troupe::js::node_vm

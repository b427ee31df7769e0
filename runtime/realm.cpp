#include "runtime/realm.hpp"

#include "runtime/wasm_gate.hpp"

#include <v8-primitive.h>

namespace troupe::js {

namespace {

// Of a context's embedder data: may it compile WebAssembly?
constexpr int allows_wasm_slot = 1;
// The realm itself, while it has this context.
constexpr int realm_slot = 2;

bool allows_wasm(v8::Local<v8::Context> context, v8::Local<v8::String>) {
  return context->GetNumberOfEmbedderDataFields() <= static_cast<unsigned>(allows_wasm_slot)
         || !context->GetEmbedderData(allows_wasm_slot)->IsFalse();
}

} // namespace

bool realm::make(isolate_scope& here, const code_generation_options& generation,
                 microtask_mode microtasks) {
  auto* isolate = here.v8();
  auto context = v8::Context::New(isolate);
  if (context.IsEmpty())
    return false;
  // Without a callback that decides otherwise, V8 takes this as it is.
  context->AllowCodeGenerationFromStrings(generation.strings);
  context->SetEmbedderData(allows_wasm_slot, v8::Boolean::New(isolate, generation.wasm));
  isolate->SetAllowWasmCodeGenerationCallback(&allows_wasm);
  context->SetAlignedPointerInEmbedderData(realm_slot, this);
  may_compile_wasm_ = generation.wasm;
  queue_of_isolate_ = context->GetMicrotaskQueue();
  if (microtasks == microtask_mode::after_evaluate) {
    own_queue_ = v8::MicrotaskQueue::New(isolate, v8::MicrotasksPolicy::kExplicit);
    context->SetMicrotaskQueue(own_queue_.get());
  }
  v8::Context::Scope entered{context};
  auto global = context->Global();
  v8::Local<v8::Value> reflect;
  v8::Local<v8::Value> set;
  if (!global->Get(context, v8::String::NewFromUtf8Literal(isolate, "Reflect")).ToLocal(&reflect)
      || !reflect.As<v8::Object>()
            ->Get(context, v8::String::NewFromUtf8Literal(isolate, "set"))
            .ToLocal(&set))
    return false;
  // V8 has a console of its own, which prints nothing without an inspector.
  global->Delete(context, v8::String::NewFromUtf8Literal(isolate, "console")).Check();
  if (!here.owner().wasm().install(here, context))
    return false;
  has_wasm_ = wasm_.take(here, context);
  context_.Reset(isolate, context);
  reflect_set_.Reset(isolate, set.As<v8::Function>());
  return true;
}

const realm& realm::of(v8::Local<v8::Context> context) {
  return *static_cast<const realm*>(context->GetAlignedPointerFromEmbedderData(realm_slot));
}

void realm::retire(isolate_scope& here) {
  auto context = this->context(here);
  // V8's own tasks would still run it: they call finalisers, which this ends, and
  // settle promises, whose callbacks a detached context no longer has a queue for.
  context->SetAbortScriptExecution([](v8::Isolate*, v8::Local<v8::Context>) {});
  context->DetachGlobal();
  own_queue_.reset();
  context_.Reset();
  reflect_set_.Reset();
  wasm_.reset();
  here.v8()->ContextDisposedNotification(v8::ContextDependants::kNoDependants);
}

void realm::run_microtasks(isolate_scope& here) const {
  if (own_queue_)
    own_queue_->PerformCheckpoint(here.v8());
  queue_of_isolate_->PerformCheckpoint(here.v8());
}

v8::Maybe<bool> realm::assign(isolate_scope& here, v8::Local<v8::Object> to,
                              v8::Local<v8::String> key, v8::Local<v8::Value> item) const {
  auto context = this->context(here);
  v8::Local<v8::Value> arguments[]{to, key, item};
  v8::Local<v8::Value> assigned;
  if (!reflect_set_.Get(here.v8())
         ->Call(context, v8::Undefined(here.v8()), 3, arguments)
         .ToLocal(&assigned))
    return v8::Nothing<bool>();
  return v8::Just(assigned->IsTrue());
}

} // namespace troupe::js

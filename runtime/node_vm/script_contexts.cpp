#include "runtime/node_vm/script_contexts.hpp"

#include "runtime/node_vm/embedder_data.hpp"
#include "runtime/promise_guard.hpp"
#include "runtime/wasm_gate.hpp"

#include <v8-primitive.h>
#include <v8-weak-callback-info.h>

#include <algorithm>
#include <utility>

namespace troupe::js::node_vm {

namespace {

/// V8 collects garbage for what it knows of. A context is small in its heap, and keeps
/// much outside of it (code, dispatch tables): without this, programs that make and
/// drop contexts grow.
constexpr std::int64_t outside_of_heap = 64 * 1024;

void account(v8::Isolate* isolate, std::int64_t bytes) {
  // Deprecated in favour of a header that Debian's package does not have.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  isolate->AdjustAmountOfExternalAllocatedMemory(bytes);
#pragma GCC diagnostic pop
}

void set(v8::Local<v8::Context> context, context_slot slot, v8::Local<v8::Value> value) {
  context->SetEmbedderData(static_cast<int>(slot), value);
}

} // namespace

script_contexts::~script_contexts() {
  for (auto& each : live_)
    if (each->context.IsEmpty()) { // V8 will call once more
      each->owner = nullptr;
      each->queue.reset(); // before the isolate ends
      owner_.keep_to_the_end(std::move(each));
    } else {
      each->context.Reset();
    }
}

bool script_contexts::prepare(isolate_scope& here, v8::Local<v8::Context> main) {
  auto* isolate = here.v8();
  if (global_of_.IsEmpty())
    global_of_.Reset(isolate, v8::Private::New(isolate));
  return globals_.prepare(isolate, main);
}

v8::MaybeLocal<v8::Object> script_contexts::make(v8::Local<v8::Context> main,
                                                 const context_wish& wish) {
  auto* isolate = owner_.v8();
  bool contextifies = !wish.contextified.IsEmpty();
  auto made = std::make_unique<entry>();
  if (wish.own_microtask_queue)
    made->queue = v8::MicrotaskQueue::New(isolate, v8::MicrotasksPolicy::kExplicit);
  auto* queue = made->queue ? made->queue.get() : main->GetMicrotaskQueue();
  auto form = contextifies ? globals_.object_template(isolate) : v8::Local<v8::ObjectTemplate>{};
  contextified_global::making quiet{globals_};
  auto context = v8::Context::New(isolate, nullptr, form, {}, {}, queue);
  if (context.IsEmpty())
    return {};
  context->SetSecurityToken(main->GetSecurityToken());
  context->AllowCodeGenerationFromStrings(wish.strings);
  {
    isolate_scope here{owner_};
    watch_promises(here, context, main);
    if (!owner_.wasm().install(here, context))
      return {};
  }
  set(context, context_slot::allows_wasm, v8::Boolean::New(isolate, wish.wasm));
  set(context, context_slot::import_callback,
      wish.import_callback.IsEmpty() ? v8::Undefined(isolate).As<v8::Value>()
                                     : wish.import_callback.As<v8::Value>());
  context->SetAlignedPointerInEmbedderData(static_cast<int>(context_slot::entry), made.get());
  auto global = context->Global();
  if (contextifies) {
    if (!wish.contextified->SetPrivate(main, global_of_.Get(isolate), global).FromMaybe(false))
      return {};
    set(context, context_slot::plain,
        v8::Boolean::New(isolate, contextified_global::is_plain(isolate, wish.contextified)));
    set(context, context_slot::contextified, wish.contextified);
    auto kind = wish.contextified->GetConstructorName();
    if (!kind->StringEquals(v8::String::NewFromUtf8Literal(isolate, "Object"))
        && !global
              ->DefineOwnProperty(context, v8::Symbol::GetToStringTag(isolate), kind,
                                  v8::DontEnum)
              .FromMaybe(false))
      return {};
  } else {
    set(context, context_slot::contextified, v8::Null(isolate));
  }
  made->owner = this;
  made->name = wish.name;
  made->origin = wish.origin;
  made->context.Reset(isolate, context);
  made->context.SetWeak(
    made.get(),
    [](const v8::WeakCallbackInfo<entry>& gone) {
      gone.GetParameter()->context.Reset();
      // The queue goes with it, which may not happen inside the collection.
      gone.SetSecondPassCallback([](const v8::WeakCallbackInfo<entry>& late) {
        auto* dead = late.GetParameter();
        account(late.GetIsolate(), -outside_of_heap);
        if (dead->owner != nullptr) // which has not ended
          dead->owner->forget(*dead);
      });
    },
    v8::WeakCallbackType::kParameter);
  auto* kept = made.get();
  live_.push_front(std::move(made));
  kept->where = live_.begin();
  account(isolate, outside_of_heap);
  return contextifies ? wish.contextified : global;
}

void script_contexts::forget(entry& gone) {
  live_.erase(gone.where);
}

v8::MaybeLocal<v8::Context> script_contexts::find(v8::Local<v8::Value> value) const {
  if (!value->IsObject())
    return {};
  auto* isolate = owner_.v8();
  auto object = value.As<v8::Object>();
  v8::Local<v8::Value> global;
  v8::Local<v8::Context> context;
  if (object->GetPrivate(isolate->GetCurrentContext(), global_of_.Get(isolate)).ToLocal(&global)
      && global->IsObject())
    return global.As<v8::Object>()->GetCreationContext(isolate);
  if (object->GetCreationContext(isolate).ToLocal(&context) && context->Global() == object
      && embedder_data(isolate, context, context_slot::contextified)->IsNull())
    return context;
  return {};
}

script_contexts::entry* script_contexts::entry_of(v8::Local<v8::Context> context) const {
  if (embedder_data(owner_.v8(), context, context_slot::contextified)->IsUndefined())
    return nullptr;
  auto* found = static_cast<entry*>(
    context->GetAlignedPointerFromEmbedderData(static_cast<int>(context_slot::entry)));
  return found->owner == this ? found : nullptr;
}

v8::MicrotaskQueue* script_contexts::own_queue(v8::Local<v8::Context> context) const {
  auto* found = entry_of(context);
  return found != nullptr && found->evaluations == 0 ? found->queue.get() : nullptr;
}

void script_contexts::retire() {
  auto* isolate = owner_.v8();
  v8::HandleScope handles{isolate};
  for (auto& each : live_) {
    if (each->context.IsEmpty())
      continue;
    auto context = each->context.Get(isolate);
    context->SetAbortScriptExecution([](v8::Isolate*, v8::Local<v8::Context>) {});
    context->DetachGlobal();
    each->queue.reset();
  }
}

} // namespace troupe::js::node_vm

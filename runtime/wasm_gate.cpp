#include "runtime/wasm_gate.hpp"

#include "runtime/isolate.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-array-buffer.h>
#include <v8-container.h>
#include <v8-exception.h>
#include <v8-function.h>
#include <v8-microtask-queue.h>
#include <v8-primitive.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace troupe::js {

namespace {

// Of a context's embedder data: `WebAssembly.Module` as V8 has made it.
constexpr int module_slot = 13;

/// V8 refuses more bytes by itself, without looking at them.
constexpr std::size_t module_bytes_max = std::size_t{1} << 30;
/// Likewise parameters of a tag.
constexpr std::uint32_t tag_parameters_max = 1000;

constexpr auto no_types = "This process has no room for more WebAssembly types";
constexpr auto no_functions = "This process has no room for more WebAssembly functions";
constexpr auto no_memory = "This context has no memory for more WebAssembly modules";

/// What V8 13.6 has for a function that has not been called, measured.
constexpr std::size_t function_bytes = 90;

v8::Local<v8::String> literal(v8::Isolate* isolate, const char* text) {
  return v8::String::NewFromUtf8(isolate, text, v8::NewStringType::kInternalized)
    .ToLocalChecked();
}

v8::Local<v8::Value> range_error(v8::Isolate* isolate, const char* message) {
  return v8::Exception::RangeError(literal(isolate, message));
}

/// A copy of the bytes in a buffer or typed array; null where there is nothing, or nothing that
/// V8 would compile.
std::unique_ptr<v8::BackingStore> copy_of(v8::Local<v8::Value> source) {
  auto free_it = [](void* data, std::size_t, void*) { std::free(data); };
  auto make = [&](std::size_t size, auto fill) -> std::unique_ptr<v8::BackingStore> {
    auto* data = size == 0 || size > module_bytes_max ? nullptr : std::malloc(size);
    if (data == nullptr)
      return nullptr;
    fill(data, size);
    return v8::ArrayBuffer::NewBackingStore(data, size, free_it, nullptr);
  };
  if (source->IsTypedArray()) { // V8 takes no DataView
    auto view = source.As<v8::ArrayBufferView>();
    return make(view->ByteLength(), [&](void* to, std::size_t size) {
      auto copied = view->CopyContents(to, size);
      std::memset(static_cast<char*>(to) + copied, 0, size - copied);
    });
  }
  auto copy = [&](auto buffer) {
    auto store = buffer->GetBackingStore();
    return make(buffer->ByteLength(),
                [&](void* to, std::size_t size) { std::memcpy(to, store->Data(), size); });
  };
  if (source->IsArrayBuffer())
    return copy(source.As<v8::ArrayBuffer>());
  if (source->IsSharedArrayBuffer())
    return copy(source.As<v8::SharedArrayBuffer>());
  return nullptr;
}

std::span<const std::byte> bytes_of(const v8::BackingStore& store) {
  return {static_cast<const std::byte*>(store.Data()), store.ByteLength()};
}

std::vector<v8::Local<v8::Value>> arguments_of(const v8::FunctionCallbackInfo<v8::Value>& info) {
  std::vector<v8::Local<v8::Value>> all;
  for (int i = 0; i < info.Length(); ++i)
    all.push_back(info[i]);
  return all;
}

v8::MaybeLocal<v8::Function> function_at(v8::Local<v8::Context> context,
                                         v8::Local<v8::Object> holder, const char* name) {
  v8::Local<v8::Value> found;
  if (!holder->Get(context, literal(v8::Isolate::GetCurrent(), name)).ToLocal(&found)
      || !found->IsFunction())
    return {};
  return found.As<v8::Function>();
}

/// Puts a function in the place of one that it gets as its data.
v8::MaybeLocal<v8::Function> replace(v8::Local<v8::Context> context, v8::Local<v8::Object> holder,
                                     const char* name, v8::FunctionCallback by,
                                     v8::ConstructorBehavior constructs) {
  v8::Local<v8::Function> original;
  v8::Local<v8::Function> made;
  if (!function_at(context, holder, name).ToLocal(&original)
      || !v8::Function::New(context, by, original, 1, constructs).ToLocal(&made))
    return {};
  auto key = literal(v8::Isolate::GetCurrent(), name);
  made->SetName(key);
  if (!holder->Set(context, key, made).FromMaybe(false))
    return {};
  return made;
}

/// Objects that V8's own constructor made get the prototype that the caller's `new` asked for.
bool take_prototype(const v8::FunctionCallbackInfo<v8::Value>& info, v8::Local<v8::Object> made) {
  auto* isolate = info.GetIsolate();
  return made->SetPrototypeV2(isolate->GetCurrentContext(), info.This()->GetPrototypeV2())
    .FromMaybe(false);
}

/// What V8 is told of a tag: that of its argument which it asks for, asked for once.
/// `names` are those of the parameters' types, empty where V8 will refuse.
v8::MaybeLocal<v8::Object> tag_type(v8::Local<v8::Context> context, v8::Local<v8::Object> from,
                                    std::string& names) {
  auto* isolate = v8::Isolate::GetCurrent();
  auto parameters_key = literal(isolate, "parameters");
  auto length_key = literal(isolate, "length");
  auto type = v8::Object::New(isolate, v8::Null(isolate), nullptr, nullptr, 0);
  v8::Local<v8::Value> parameters;
  if (!from->Get(context, parameters_key).ToLocal(&parameters))
    return {};
  v8::Local<v8::Value> told = parameters;
  if (parameters->IsObject()) {
    v8::Local<v8::Value> length;
    if (!parameters.As<v8::Object>()->Get(context, length_key).ToLocal(&length))
      return {};
    v8::Local<v8::Uint32> count;
    v8::TryCatch no_index{isolate};
    bool is_index = length->ToArrayIndex(context).ToLocal(&count);
    if (no_index.HasCaught()) {
      no_index.ReThrow();
      return {};
    }
    if (is_index && count->Value() <= tag_parameters_max) {
      std::vector<v8::Local<v8::Value>> items;
      names = "(";
      for (std::uint32_t i = 0; i < count->Value(); ++i) {
        v8::Local<v8::Value> item;
        v8::Local<v8::String> name;
        if (!parameters.As<v8::Object>()->Get(context, i).ToLocal(&item)
            || !item->ToString(context).ToLocal(&name))
          return {};
        names += to_utf8(isolate, name) + ',';
        items.push_back(name);
      }
      told = v8::Array::New(isolate, items.data(), items.size());
    } else {
      auto other = v8::Object::New(isolate, v8::Null(isolate), nullptr, nullptr, 0);
      if (!other->CreateDataProperty(context, length_key, is_index ? count : length)
             .FromMaybe(false))
        return {};
      told = other;
    }
  }
  if (!type->CreateDataProperty(context, parameters_key, told).FromMaybe(false))
    return {};
  return type;
}

} // namespace

/// What was found of the bytes that a script wants to compile.
struct wasm_gate::admission {
  const char* refusal = nullptr;
  holding held;
  v8::Local<v8::ArrayBuffer> copy; ///< Empty where there is nothing to look at.
};

wasm_gate::wasm_gate(v8::Isolate* isolate) {
  isolate->SetWasmModuleCallback(&make_module);
  isolate->SetWasmAsyncResolvePromiseCallback(&settle);
}

wasm_gate::~wasm_gate() = default;

bool wasm_gate::install(isolate_scope& here, v8::Local<v8::Context> context) {
  auto* isolate = here.v8();
  v8::Context::Scope entered{context};
  v8::Local<v8::Value> found;
  if (!context->Global()->Get(context, literal(isolate, "WebAssembly")).ToLocal(&found))
    return false;
  if (!found->IsObject())
    return true; // --jitless
  auto wasm = found.As<v8::Object>();
  v8::Local<v8::Function> module;
  v8::Local<v8::Function> old_tag;
  v8::Local<v8::Function> tag;
  v8::Local<v8::Value> prototype;
  if (!function_at(context, wasm, "Module").ToLocal(&module)
      || !function_at(context, wasm, "Tag").ToLocal(&old_tag)
      || !old_tag->Get(context, literal(isolate, "prototype")).ToLocal(&prototype)
      || !prototype->IsObject())
    return false;
  context->SetEmbedderData(module_slot, module);
  constexpr auto plain = v8::ConstructorBehavior::kThrow;
  if (replace(context, wasm, "compile", &compile_async, plain).IsEmpty()
      || replace(context, wasm, "instantiate", &compile_async, plain).IsEmpty()
      || replace(context, wasm, "validate", &validate, plain).IsEmpty()
      || !replace(context, wasm, "Tag", &make_tag, v8::ConstructorBehavior::kAllow).ToLocal(&tag))
    return false;
  v8::PropertyDescriptor as_before{prototype, false};
  return tag->DefineProperty(context, literal(isolate, "prototype"), as_before).FromMaybe(false)
         && prototype.As<v8::Object>()
              ->Set(context, literal(isolate, "constructor"), tag)
              .FromMaybe(false);
}

v8::MaybeLocal<v8::WasmModuleObject> wasm_gate::compile(isolate_scope& here,
                                                        std::span<const std::byte> bytes) {
  auto* isolate = here.v8();
  auto needs = read_wasm_needs(bytes);
  holding held;
  const auto* refusal = budget_.admit_types(needs) ? take(here, bytes, needs, held) : no_types;
  if (refusal != nullptr) {
    isolate->ThrowException(range_error(isolate, refusal));
    return {};
  }
  v8::Local<v8::WasmModuleObject> made;
  if (!v8::WasmModuleObject::Compile(
         isolate, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()})
         .ToLocal(&made))
    return {};
  track(here, made, std::move(held));
  return made;
}

v8::MaybeLocal<v8::WasmModuleObject> wasm_gate::share(isolate_scope& here,
                                                      const v8::CompiledWasmModule& module) {
  auto* isolate = here.v8();
  // Its types are V8's already.
  auto wire = const_cast<v8::CompiledWasmModule&>(module).GetWireBytesRef();
  auto bytes = std::as_bytes(std::span{wire.data(), wire.size()});
  holding held;
  if (const auto* refusal = take(here, bytes, read_wasm_needs(bytes), held)) {
    isolate->ThrowException(range_error(isolate, refusal));
    return {};
  }
  v8::Local<v8::WasmModuleObject> made;
  if (!v8::WasmModuleObject::FromCompiledModule(isolate, module).ToLocal(&made))
    return {};
  track(here, made, std::move(held));
  return made;
}

// -- what scripts call ------------------------------------------------------------------------

/// `WebAssembly.compile` and `WebAssembly.instantiate`.
void wasm_gate::compile_async(const call& info) {
  auto* isolate = info.GetIsolate();
  isolate_scope here{isolate::of(isolate)};
  auto& gate = here.owner().wasm();
  auto context = isolate->GetCurrentContext();
  auto look = gate.look_at(here, info, true);
  if (look.refusal != nullptr) {
    v8::Local<v8::Promise::Resolver> answer;
    if (v8::Promise::Resolver::New(context).ToLocal(&answer)
        && answer->Reject(context, range_error(isolate, look.refusal)).FromMaybe(false))
      info.GetReturnValue().Set(answer->GetPromise());
    return;
  }
  auto all = arguments_of(info);
  if (!look.copy.IsEmpty())
    all[0] = look.copy;
  v8::Local<v8::Value> made;
  bool called = info.Data()
                  .As<v8::Function>()
                  ->Call(context, info.This(), static_cast<int>(all.size()), all.data())
                  .ToLocal(&made);
  if (!look.copy.IsEmpty())
    look.copy->Detach(v8::Local<v8::Value>{}).Check(); // V8 has its own by now
  if (!called)
    return;
  // One that is settled was refused at once.
  if (!look.copy.IsEmpty() && made->IsPromise()
      && made.As<v8::Promise>()->State() == v8::Promise::kPending) {
    auto promise = made.As<v8::Promise>();
    gate.awaited_.emplace(
      promise->GetIdentityHash(),
      awaited{v8::Global<v8::Promise>{isolate, promise}, std::move(look.held)});
  }
  info.GetReturnValue().Set(made);
}

void wasm_gate::settle(v8::Isolate* isolate, v8::Local<v8::Context> context,
                       v8::Local<v8::Promise::Resolver> resolver, v8::Local<v8::Value> result,
                       v8::WasmAsyncSuccess success) {
  isolate_scope here{isolate::of(isolate)};
  auto& gate = here.owner().wasm();
  v8::Context::Scope entered{context};
  auto promise = resolver->GetPromise();
  auto [begin, end] = gate.awaited_.equal_range(promise->GetIdentityHash());
  bool made = success == v8::WasmAsyncSuccess::kSuccess;
  for (auto each = begin; each != end; ++each) {
    if (each->second.promise != promise)
      continue;
    auto held = std::move(each->second.held);
    gate.awaited_.erase(each);
    // Of `instantiate` the result has both, as its own.
    v8::Local<v8::Value> module = result;
    if (made && result->IsObject() && !result->IsWasmModuleObject()
        && !result.As<v8::Object>()
              ->GetRealNamedProperty(context, literal(isolate, "module"))
              .ToLocal(&module))
      module = v8::Undefined(isolate);
    if (made && module->IsWasmModuleObject())
      gate.track(here, module.As<v8::Object>(), std::move(held));
    break;
  }
  v8::MicrotasksScope no_microtasks{context, v8::MicrotasksScope::kDoNotRunMicrotasks};
  static_cast<void>(made ? resolver->Resolve(context, result)
                         : resolver->Reject(context, result));
}

void wasm_gate::validate(const call& info) {
  auto* isolate = info.GetIsolate();
  isolate_scope here{isolate::of(isolate)};
  auto look = here.owner().wasm().look_at(here, info, false);
  if (look.refusal != nullptr) {
    isolate->ThrowException(range_error(isolate, look.refusal));
    return;
  }
  auto all = arguments_of(info);
  if (!look.copy.IsEmpty())
    all[0] = look.copy;
  v8::Local<v8::Value> valid;
  if (info.Data()
        .As<v8::Function>()
        ->Call(isolate->GetCurrentContext(), info.This(), static_cast<int>(all.size()),
               all.data())
        .ToLocal(&valid))
    info.GetReturnValue().Set(valid);
  if (!look.copy.IsEmpty())
    look.copy->Detach(v8::Local<v8::Value>{}).Check();
}

/// `new WebAssembly.Module`: V8 asks before it does anything.
/// @returns whether that is answered.
bool wasm_gate::make_module(const call& info) {
  auto* isolate = info.GetIsolate();
  isolate_scope here{isolate::of(isolate)};
  auto& gate = here.owner().wasm();
  if (std::exchange(gate.passes_, false) || !info.IsConstructCall())
    return false;
  auto context = isolate->GetCurrentContext();
  if (context->GetNumberOfEmbedderDataFields() <= static_cast<unsigned>(module_slot))
    return false; // no script's
  auto look = gate.look_at(here, info, true);
  if (look.refusal != nullptr) {
    isolate->ThrowException(range_error(isolate, look.refusal));
    return true;
  }
  if (look.copy.IsEmpty())
    return false;
  auto all = arguments_of(info);
  all[0] = look.copy;
  gate.passes_ = true;
  v8::Local<v8::Object> made;
  bool is_made = context->GetEmbedderData(module_slot)
                   .As<v8::Function>()
                   ->NewInstance(context, static_cast<int>(all.size()), all.data())
                   .ToLocal(&made);
  gate.passes_ = false;
  look.copy->Detach(v8::Local<v8::Value>{}).Check();
  if (!is_made)
    return true;
  gate.track(here, made, std::move(look.held));
  if (take_prototype(info, made))
    info.GetReturnValue().Set(made);
  return true;
}

void wasm_gate::make_tag(const call& info) {
  auto* isolate = info.GetIsolate();
  isolate_scope here{isolate::of(isolate)};
  auto context = isolate->GetCurrentContext();
  auto original = info.Data().As<v8::Function>();
  auto all = arguments_of(info);
  if (!info.IsConstructCall()) {
    v8::Local<v8::Value> answer; // it throws
    if (original->Call(context, info.This(), static_cast<int>(all.size()), all.data())
          .ToLocal(&answer))
      info.GetReturnValue().Set(answer);
    return;
  }
  if (!all.empty() && all[0]->IsObject()) {
    std::string names;
    v8::Local<v8::Object> type;
    if (!tag_type(context, all[0].As<v8::Object>(), names).ToLocal(&type))
      return;
    all[0] = type;
    if (!names.empty() && !here.owner().wasm().budget_.admit_tag(names)) {
      isolate->ThrowException(range_error(isolate, no_types));
      return;
    }
  }
  v8::Local<v8::Object> made;
  if (original->NewInstance(context, static_cast<int>(all.size()), all.data()).ToLocal(&made)
      && take_prototype(info, made))
    info.GetReturnValue().Set(made);
}

// -- private ----------------------------------------------------------------------------------

const char* wasm_gate::take(isolate_scope& here, std::span<const std::byte> bytes,
                            const wasm_needs& needs, holding& to) {
  auto size = bytes.size() + needs.functions * function_bytes;
  to.bytes = byte_loan{here.owner().array_buffers()->budget()};
  // What is garbage counts until it is collected.
  if (!here.take_memory([&] { return to.bytes.take(size); }))
    return no_memory;
  if (!here.take_memory([&] { return budget_.admit_functions(bytes, needs, to.functions); }))
    return no_functions;
  return nullptr;
}

wasm_gate::admission wasm_gate::look_at(isolate_scope& here, const call& info, bool stays) {
  admission found;
  auto store = copy_of(info[0]);
  if (!store)
    return found;
  auto needs = read_wasm_needs(bytes_of(*store));
  if (!budget_.admit_types(needs))
    found.refusal = no_types;
  else if (stays)
    found.refusal = take(here, bytes_of(*store), needs, found.held);
  if (found.refusal == nullptr)
    found.copy = v8::ArrayBuffer::New(here.v8(), std::move(store));
  return found;
}

void wasm_gate::track(isolate_scope& here, v8::Local<v8::Object> module, holding held) {
  auto place = alive_.emplace(alive_.end(), tracked{this, {}, std::move(held), {}});
  place->place = place;
  place->module.Reset(here.v8(), module);
  place->module.SetWeak(
    &*place,
    [](const v8::WeakCallbackInfo<tracked>& gone) {
      auto* entry = gone.GetParameter();
      entry->module.Reset();
      entry->owner->alive_.erase(entry->place);
    },
    v8::WeakCallbackType::kParameter);
}

} // namespace troupe::js

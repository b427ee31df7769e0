#include "runtime/wasm_gate.hpp"

#include "runtime/isolate.hpp"
#include "runtime/literal.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-array-buffer.h>
#include <v8-container.h>
#include <v8-exception.h>
#include <v8-external.h>
#include <v8-function.h>
#include <v8-microtask-queue.h>
#include <v8-primitive.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

v8::Local<v8::Value> range_error(v8::Isolate* isolate, const char* message) {
  return v8::Exception::RangeError(literal(isolate, message));
}

/// A copy of the bytes in a buffer or typed array.
struct bytes_copy {
  bool wanted = false; ///< Else V8 refuses what was given without looking at its bytes.
  std::unique_ptr<v8::BackingStore> store{}; ///< Null when there is no memory for it.
};

bytes_copy copy_of(v8::Local<v8::Value> source) {
  auto free_it = [](void* data, std::size_t, void*) { std::free(data); };
  auto make = [&](std::size_t size, auto fill) -> bytes_copy {
    if (size > module_bytes_max)
      return {};
    auto* data = std::calloc(std::max<std::size_t>(size, 1), 1);
    if (data == nullptr)
      return {true};
    fill(data, size);
    return {true, v8::ArrayBuffer::NewBackingStore(data, size, free_it, nullptr)};
  };
  if (source->IsTypedArray()) { // V8 takes no DataView
    auto view = source.As<v8::ArrayBufferView>();
    return make(view->ByteLength(),
                [&](void* to, std::size_t size) { view->CopyContents(to, size); });
  }
  auto copy = [&](auto buffer) {
    auto store = buffer->GetBackingStore();
    return make(buffer->ByteLength(), [&](void* to, std::size_t size) {
      if (size > 0)
        std::memcpy(to, store->Data(), size);
    });
  };
  if (source->IsArrayBuffer())
    return copy(source.As<v8::ArrayBuffer>());
  if (source->IsSharedArrayBuffer())
    return copy(source.As<v8::SharedArrayBuffer>());
  return {};
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

/// Puts a function in the place of another one, which it gets as its data, or what is given.
v8::MaybeLocal<v8::Function> replace(v8::Local<v8::Context> context, v8::Local<v8::Object> holder,
                                     const char* name, v8::FunctionCallback by,
                                     v8::ConstructorBehavior constructs,
                                     v8::Local<v8::Value> data = {}) {
  v8::Local<v8::Function> original;
  v8::Local<v8::Function> made;
  if (!function_at(context, holder, name).ToLocal(&original)
      || !v8::Function::New(context, by, data.IsEmpty() ? original.As<v8::Value>() : data, 1,
                            constructs)
            .ToLocal(&made))
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

// What V8 13.6 takes as the type of a tag's parameter.
constexpr std::array<std::string_view, 13> value_types{
  "i32",   "i64",    "f32",       "f64",      "v128",   "externref", "anyfunc",
  "eqref", "anyref", "structref", "arrayref", "i31ref", "exnref"};
constexpr int value_type_chars_max = 16;

/// Its place among them.
std::optional<std::size_t> value_type_of(v8::Isolate* isolate, v8::Local<v8::String> name) {
  if (name->Length() > value_type_chars_max)
    return std::nullopt;
  auto found = std::ranges::find(value_types, to_utf8(isolate, name));
  if (found == value_types.end())
    return std::nullopt;
  return static_cast<std::size_t>(found - value_types.begin());
}

/// What V8 is told of a tag: that of its argument which it asks for, asked for once.
/// `types` has a character for each parameter; nothing where V8 will refuse.
v8::MaybeLocal<v8::Object> tag_type(v8::Local<v8::Context> context, v8::Local<v8::Object> from,
                                    std::optional<std::string>& types) {
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
      types.emplace();
      // V8 looks no further than to the first that is none.
      for (std::uint32_t i = 0; i < count->Value() && types; ++i) {
        v8::Local<v8::Value> item;
        v8::Local<v8::String> name;
        if (!parameters.As<v8::Object>()->Get(context, i).ToLocal(&item)
            || !item->ToString(context).ToLocal(&name))
          return {};
        items.push_back(name);
        if (auto which = value_type_of(isolate, name))
          *types += static_cast<char>('a' + *which);
        else
          types.reset();
      }
      if (!types)
        items.back() = v8::String::Empty(isolate); // whatever it is called, it is refused
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

/// "WebAssembly.compile(): …" of an error of V8's, for who has called `instantiate`.
v8::Local<v8::Value> as_of_instantiate(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                       v8::Local<v8::Value> error) {
  constexpr std::string_view compile = "WebAssembly.compile()";
  v8::Local<v8::Value> message;
  if (!error->IsNativeError()
      || !error.As<v8::Object>()
            ->GetRealNamedProperty(context, literal(isolate, "message"))
            .ToLocal(&message)
      || !message->IsString())
    return error;
  auto text = to_utf8(isolate, message.As<v8::String>());
  v8::Local<v8::String> renamed;
  if (!text.starts_with(compile)
      || !to_v8_string(isolate, "WebAssembly.instantiate()" + text.substr(compile.size()))
            .ToLocal(&renamed))
    return error;
  return v8::Exception::WasmCompileError(renamed);
}

// What a promise of V8's carries: a list of what follows.
enum part : std::uint32_t {
  tracked_part,     ///< What its module takes, until there is that module.
  answer_part,      ///< The resolver of `instantiate`'s promise.
  imports_part,     ///< What that was given.
  instantiate_part, ///< V8's function.
  module_part,      ///< The module that is being instantiated.
  parts,
};

/// What a script gets of `instantiate`.
void answer_with(v8::Isolate* isolate, v8::Local<v8::Context> context,
                 v8::Local<v8::Promise::Resolver> answer, v8::Local<v8::Value> module,
                 v8::Local<v8::Value> instance) {
  auto both = v8::Object::New(isolate);
  if (both->CreateDataProperty(context, literal(isolate, "module"), module).FromMaybe(false)
      && both->CreateDataProperty(context, literal(isolate, "instance"), instance)
           .FromMaybe(false))
    answer->Resolve(context, both).FromMaybe(false);
}

} // namespace

/// What was found of the bytes that a script wants to compile.
struct wasm_gate::admission {
  const char* refusal = nullptr;
  holding held;
  v8::Local<v8::ArrayBuffer> copy; ///< Empty where V8 refuses without looking.

  /// V8 has its own by now.
  void drop_copy() {
    if (!copy.IsEmpty())
      copy->Detach(v8::Local<v8::Value>{}).Check();
  }
};

/// A call of V8's that is not a script's: what it gives at once reaches no promise.
struct wasm_gate::inner_call {
  bool settled = false;
  bool success = false;
  v8::Global<v8::Value> result; // V8's handle ends with what it calls back from
};

wasm_gate::wasm_gate(v8::Isolate* isolate) {
  isolate->SetWasmModuleCallback(&make_module);
  isolate->SetWasmAsyncResolvePromiseCallback(&settle);
}

wasm_gate::~wasm_gate() = default;

std::shared_ptr<void> wasm_gate::retire() {
  auto all = std::make_shared<std::vector<holding>>();
  for (auto& each : alive_)
    all->push_back(std::move(each.held));
  alive_.clear();
  return all;
}

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
  if (note_.IsEmpty())
    note_.Reset(isolate, v8::Private::New(isolate));
  context->SetEmbedderData(module_slot, module);
  constexpr auto plain = v8::ConstructorBehavior::kThrow;
  v8::Local<v8::Function> compile;
  v8::Local<v8::Function> instantiate;
  if (!function_at(context, wasm, "compile").ToLocal(&compile)
      || !function_at(context, wasm, "instantiate").ToLocal(&instantiate))
    return false;
  v8::Local<v8::Value> both[]{compile, instantiate};
  if (replace(context, wasm, "compile", &compile_async, plain).IsEmpty()
      || replace(context, wasm, "instantiate", &instantiate_async, plain,
                 v8::Array::New(isolate, both, std::size(both)))
           .IsEmpty()
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
  const auto* refusal =
    budget_.admit_types(needs) ? take(here, bytes, needs, true, held) : no_types;
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
  if (const auto* refusal = take(here, bytes, read_wasm_needs(bytes), true, held)) {
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

v8::MaybeLocal<v8::Value> wasm_gate::forward(v8::Local<v8::Context> context,
                                             v8::Local<v8::Value> function,
                                             v8::Local<v8::Value> receiver, arguments& all,
                                             inner_call* inner) {
  auto* outer = std::exchange(inner_, inner);
  auto made = function.As<v8::Function>()->Call(context, receiver, static_cast<int>(all.size()),
                                                all.data());
  inner_ = outer;
  return made;
}

void wasm_gate::compile_async(const call& info) {
  auto* isolate = info.GetIsolate();
  isolate_scope here{isolate::of(isolate)};
  auto& gate = here.owner().wasm();
  auto context = isolate->GetCurrentContext();
  auto look = gate.look_at(here, info, 1, true);
  auto all = arguments_of(info);
  if (look.refusal != nullptr) {
    v8::Local<v8::Promise::Resolver> answer;
    if (v8::Promise::Resolver::New(context).ToLocal(&answer)
        && answer->Reject(context, range_error(isolate, look.refusal)).FromMaybe(false))
      info.GetReturnValue().Set(answer->GetPromise());
    return;
  }
  if (!look.copy.IsEmpty())
    all[0] = look.copy;
  v8::Local<v8::Value> made;
  bool called = gate.forward(context, info.Data(), info.This(), all).ToLocal(&made);
  look.drop_copy();
  if (!called)
    return;
  info.GetReturnValue().Set(made);
  if (look.copy.IsEmpty() || !made->IsPromise())
    return;
  auto promise = made.As<v8::Promise>();
  if (promise->State() == v8::Promise::kPending) {
    v8::Local<v8::Value> items[parts];
    std::ranges::fill(items, v8::Undefined(isolate));
    items[tracked_part] =
      v8::External::New(isolate, &gate.track(here, promise, std::move(look.held)));
    promise->SetPrivate(context, gate.note_.Get(isolate), v8::Array::New(isolate, items, parts))
      .FromMaybe(false);
  } else if (promise->State() == v8::Promise::kFulfilled
             && promise->Result()->IsWasmModuleObject()) {
    gate.track(here, promise->Result().As<v8::Object>(), std::move(look.held));
  }
}

/// In two steps, of bytes: what fails in the second may have left functions of the module in a
/// table.
void wasm_gate::instantiate_async(const call& info) {
  auto* isolate = info.GetIsolate();
  isolate_scope here{isolate::of(isolate)};
  auto& gate = here.owner().wasm();
  auto context = isolate->GetCurrentContext();
  auto all = arguments_of(info);
  // V8 refuses other imports at once.
  bool is_fine = info[1]->IsUndefined() || info[1]->IsObject();
  auto look = is_fine ? gate.look_at(here, info, 2, true) : admission{};
  auto originals = info.Data().As<v8::Array>();
  v8::Local<v8::Value> compile;
  v8::Local<v8::Value> instantiate;
  v8::Local<v8::Value> made;
  if (!originals->Get(context, 0).ToLocal(&compile)
      || !originals->Get(context, 1).ToLocal(&instantiate))
    return;
  if (look.refusal == nullptr && look.copy.IsEmpty()) {
    if (gate.forward(context, instantiate, info.This(), all).ToLocal(&made))
      info.GetReturnValue().Set(made);
    return;
  }
  v8::Local<v8::Promise::Resolver> answer;
  if (!v8::Promise::Resolver::New(context).ToLocal(&answer))
    return;
  info.GetReturnValue().Set(answer->GetPromise());
  if (look.refusal != nullptr) {
    answer->Reject(context, range_error(isolate, look.refusal)).FromMaybe(false);
    return;
  }
  arguments first{look.copy};
  if (info.Length() > 2)
    first.push_back(info[2]);
  inner_call compiling;
  bool called = gate.forward(context, compile, info.This(), first, &compiling).ToLocal(&made);
  look.drop_copy();
  if (!called || !made->IsPromise()) {
    info.GetReturnValue().Set(v8::Local<v8::Value>{});
    return;
  }
  auto promise = made.As<v8::Promise>();
  v8::Local<v8::Value> items[parts];
  items[tracked_part] =
    v8::External::New(isolate, &gate.track(here, promise, std::move(look.held)));
  items[answer_part] = answer;
  items[imports_part] = info[1];
  items[instantiate_part] = instantiate;
  items[module_part] = v8::Undefined(isolate);
  auto note = v8::Array::New(isolate, items, parts);
  if (compiling.settled)
    gate.compiled(here, context, note, compiling.result.Get(isolate), compiling.success);
  else
    promise->SetPrivate(context, gate.note_.Get(isolate), note).FromMaybe(false);
}

/// Of `instantiate`: the module is there, or is not to be.
void wasm_gate::compiled(isolate_scope& here, v8::Local<v8::Context> context,
                         v8::Local<v8::Array> note, v8::Local<v8::Value> result, bool success) {
  auto* isolate = here.v8();
  v8::Local<v8::Value> items[parts];
  for (std::uint32_t i = 0; i < parts; ++i)
    if (!note->Get(context, i).ToLocal(&items[i]))
      return;
  auto answer = items[answer_part].As<v8::Promise::Resolver>();
  auto held = untrack(*static_cast<tracked*>(items[tracked_part].As<v8::External>()->Value()));
  if (!success) {
    answer->Reject(context, as_of_instantiate(isolate, context, result)).FromMaybe(false);
    return;
  }
  track(here, result.As<v8::Object>(), std::move(held));
  arguments all{result, items[imports_part]};
  inner_call instantiating;
  v8::Local<v8::Value> made;
  if (!forward(context, items[instantiate_part], v8::Undefined(isolate), all, &instantiating)
         .ToLocal(&made))
    return; // stopped, as when V8 does both
  if (!instantiating.settled) {
    items[tracked_part] = v8::Undefined(isolate);
    items[module_part] = result;
    made.As<v8::Object>()
      ->SetPrivate(context, note_.Get(isolate), v8::Array::New(isolate, items, parts))
      .FromMaybe(false);
  } else if (instantiating.success) {
    answer_with(isolate, context, answer, result, instantiating.result.Get(isolate));
  } else {
    answer->Reject(context, instantiating.result.Get(isolate)).FromMaybe(false);
  }
}

void wasm_gate::settle(v8::Isolate* isolate, v8::Local<v8::Context> context,
                       v8::Local<v8::Promise::Resolver> resolver, v8::Local<v8::Value> result,
                       v8::WasmAsyncSuccess success) {
  isolate_scope here{isolate::of(isolate)};
  auto& gate = here.owner().wasm();
  v8::Context::Scope entered{context};
  v8::MicrotasksScope no_microtasks{context, v8::MicrotasksScope::kDoNotRunMicrotasks};
  bool made = success == v8::WasmAsyncSuccess::kSuccess;
  v8::Local<v8::Value> found;
  v8::Local<v8::Value> part;
  bool noted =
    !gate.note_.IsEmpty()
    && resolver->GetPromise()->GetPrivate(context, gate.note_.Get(isolate)).ToLocal(&found)
    && found->IsArray();
  if (!noted && gate.inner_ != nullptr) {
    *gate.inner_ = {true, made, v8::Global<v8::Value>{isolate, result}};
    return;
  }
  if (noted) {
    auto note = found.As<v8::Array>();
    v8::Local<v8::Value> answer;
    if (!note->Get(context, tracked_part).ToLocal(&part)
        || !note->Get(context, answer_part).ToLocal(&answer))
      return;
    if (part->IsExternal() && !answer->IsUndefined()) {
      gate.compiled(here, context, note, result, made);
      return;
    }
    if (part->IsExternal()) {
      auto held = gate.untrack(*static_cast<tracked*>(part.As<v8::External>()->Value()));
      if (made && result->IsWasmModuleObject())
        gate.track(here, result.As<v8::Object>(), std::move(held));
    } else {
      resolver = answer.As<v8::Promise::Resolver>();
      if (made && note->Get(context, module_part).ToLocal(&part)) {
        answer_with(isolate, context, resolver, part, result);
        return;
      }
    }
  }
  (made ? resolver->Resolve(context, result) : resolver->Reject(context, result))
    .FromMaybe(false);
}

void wasm_gate::validate(const call& info) {
  auto* isolate = info.GetIsolate();
  isolate_scope here{isolate::of(isolate)};
  auto& gate = here.owner().wasm();
  auto look = gate.look_at(here, info, 1, false);
  if (look.refusal != nullptr) {
    isolate->ThrowException(range_error(isolate, look.refusal));
    return;
  }
  auto all = arguments_of(info);
  if (!look.copy.IsEmpty())
    all[0] = look.copy;
  v8::Local<v8::Value> valid;
  if (gate.forward(isolate->GetCurrentContext(), info.Data(), info.This(), all).ToLocal(&valid))
    info.GetReturnValue().Set(valid);
  look.drop_copy();
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
  auto look = gate.look_at(here, info, 1, true);
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
  look.drop_copy();
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
    std::optional<std::string> types;
    v8::Local<v8::Object> type;
    if (!tag_type(context, all[0].As<v8::Object>(), types).ToLocal(&type))
      return;
    all[0] = type;
    if (types && !here.owner().wasm().budget_.admit_tag(*types)) {
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
                            const wasm_needs& needs, bool shared, holding& to) {
  auto size = bytes.size() + needs.functions * function_bytes;
  to.bytes = byte_loan{here.owner().array_buffers()->budget()};
  // What is garbage counts until it is collected.
  if (!here.take_memory([&] { return to.bytes.take(size); }))
    return no_memory;
  if (!here.take_memory(
        [&] { return budget_.admit_functions(bytes, needs, shared, to.functions); }))
    return no_functions;
  return nullptr;
}

/// @param options which argument they are.
wasm_gate::admission wasm_gate::look_at(isolate_scope& here, const call& info, int options,
                                        bool stays) {
  admission found;
  auto copy = copy_of(info[0]);
  if (!copy.wanted)
    return found;
  if (!copy.store) {
    found.refusal = no_memory;
    return found;
  }
  auto needs = read_wasm_needs(bytes_of(*copy.store));
  if (!budget_.admit_types(needs))
    found.refusal = no_types;
  else if (stays)
    found.refusal =
      take(here, bytes_of(*copy.store), needs, info[options]->IsUndefined(), found.held);
  if (found.refusal == nullptr)
    found.copy = v8::ArrayBuffer::New(here.v8(), std::move(copy.store));
  return found;
}

wasm_gate::tracked& wasm_gate::track(isolate_scope& here, v8::Local<v8::Object> object,
                                     holding held) {
  auto place = alive_.emplace(alive_.end(), tracked{this, {}, std::move(held), {}});
  place->place = place;
  place->object.Reset(here.v8(), object);
  place->object.SetWeak(
    &*place,
    [](const v8::WeakCallbackInfo<tracked>& gone) {
      auto* entry = gone.GetParameter();
      entry->object.Reset();
      entry->owner->alive_.erase(entry->place);
    },
    v8::WeakCallbackType::kParameter);
  return *place;
}

wasm_gate::holding wasm_gate::untrack(tracked& which) {
  auto held = std::move(which.held);
  alive_.erase(which.place);
  return held;
}

} // namespace troupe::js

#include "runtime/builtin_bindings.hpp"
#include "runtime/structured_clone.hpp"
#include "runtime/wasm_gate.hpp"

#include <v8-array-buffer.h>
#include <v8-exception.h>
#include <v8-function.h>
#include <v8-value-serializer.h>
#include <v8-wasm.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace troupe::js {

namespace {

using call = v8::FunctionCallbackInfo<v8::Value>;

// Of one clone, as bytes; they are outside of V8's heap and its limit.
constexpr std::size_t clone_max = std::size_t{256} << 20;

/// Both halves of a clone within one realm: what is shared rather than copied is passed
/// by number.
class clone_delegate final : public v8::ValueSerializer::Delegate,
                             public v8::ValueDeserializer::Delegate {
public:
  clone_delegate(v8::Local<v8::Context> context, v8::Local<v8::Function> make_error)
    : context_(context), make_error_(make_error) {
  }

  void ThrowDataCloneError(v8::Local<v8::String> message) override {
    v8::Local<v8::Value> error;
    v8::Local<v8::Value> arguments[]{message};
    auto* isolate = context_->GetIsolate();
    if (make_error_->Call(context_, v8::Undefined(isolate), 1, arguments).ToLocal(&error))
      isolate->ThrowException(error);
  }

  v8::Maybe<std::uint32_t> GetSharedArrayBufferId(
    v8::Isolate*, v8::Local<v8::SharedArrayBuffer> buffer) override {
    shared_.push_back(buffer->GetBackingStore());
    return v8::Just(static_cast<std::uint32_t>(shared_.size() - 1));
  }

  v8::MaybeLocal<v8::SharedArrayBuffer> GetSharedArrayBufferFromId(v8::Isolate* isolate,
                                                                   std::uint32_t id) override {
    return v8::SharedArrayBuffer::New(isolate, shared_.at(id));
  }

  v8::Maybe<std::uint32_t> GetWasmModuleTransferId(
    v8::Isolate*, v8::Local<v8::WasmModuleObject> module) override {
    modules_.push_back(module->GetCompiledModule());
    return v8::Just(static_cast<std::uint32_t>(modules_.size() - 1));
  }

  v8::MaybeLocal<v8::WasmModuleObject> GetWasmModuleFromId(v8::Isolate* isolate,
                                                           std::uint32_t id) override {
    isolate_scope here{isolate::of(isolate)};
    return here.owner().wasm().share(here, modules_.at(id));
  }

  void* ReallocateBufferMemory(void* old, std::size_t size, std::size_t* actual) override {
    if (size > clone_max)
      return nullptr;
    *actual = size;
    return std::realloc(old, size);
  }

  void FreeBufferMemory(void* buffer) override {
    std::free(buffer);
  }

private:
  v8::Local<v8::Context> context_;
  v8::Local<v8::Function> make_error_;
  // Not handles: those that V8 passes end with its own scopes.
  std::vector<std::shared_ptr<v8::BackingStore>> shared_;
  std::vector<v8::CompiledWasmModule> modules_;
};

/// structuredClone(value, ArrayBuffers to transfer, (message) => error)
void clone(const call& info) {
  auto* isolate = info.GetIsolate();
  auto context = isolate->GetCurrentContext();
  clone_delegate delegate{context, info[2].As<v8::Function>()};
  v8::ValueSerializer writer{isolate, &delegate};
  auto list = info[1].As<v8::Array>();
  std::vector<v8::Local<v8::ArrayBuffer>> transferred;
  for (std::uint32_t i = 0; i < list->Length(); ++i) {
    v8::Local<v8::Value> item;
    if (!list->Get(context, i).ToLocal(&item) || !item->IsArrayBuffer())
      return;
    transferred.push_back(item.As<v8::ArrayBuffer>());
    writer.TransferArrayBuffer(i, transferred.back());
  }
  auto refuse = [&](const char* why) {
    delegate.ThrowDataCloneError(v8::String::NewFromUtf8(isolate, why).ToLocalChecked());
  };
  for (auto buffer : transferred)
    if (!buffer->IsDetachable() || buffer->WasDetached())
      return refuse("An ArrayBuffer is detached and could not be cloned.");
  writer.WriteHeader();
  if (!writer.WriteValue(context, info[0]).FromMaybe(false))
    return;
  auto [data, size] = writer.Release();
  struct memory {
    std::uint8_t* data;
    ~memory() {
      std::free(data);
    }
  } owned{data};
  // Reading the value may have run script that detached them.
  std::vector<std::shared_ptr<v8::BackingStore>> stores;
  for (auto buffer : transferred) {
    if (buffer->WasDetached())
      return refuse("An ArrayBuffer is detached and could not be cloned.");
    stores.push_back(buffer->GetBackingStore());
  }
  for (auto buffer : transferred)
    if (!buffer->Detach(v8::Local<v8::Value>{}).FromMaybe(false))
      return refuse("An ArrayBuffer could not be detached.");
  v8::ValueDeserializer reader{isolate, data, size, &delegate};
  for (std::size_t i = 0; i < stores.size(); ++i)
    reader.TransferArrayBuffer(static_cast<std::uint32_t>(i),
                               v8::ArrayBuffer::New(isolate, std::move(stores[i])));
  v8::Local<v8::Value> made;
  if (reader.ReadHeader(context).FromMaybe(false) && reader.ReadValue(context).ToLocal(&made))
    info.GetReturnValue().Set(made);
}

} // namespace

void fill_clone_binding(isolate_scope&, v8::Local<v8::Context> context,
                        v8::Local<v8::Object> to) {
  add_function(context, to, "structuredClone", &clone);
}

} // namespace troupe::js

#include "runtime/node_vm/cached_data.hpp"

#include "runtime/structured_clone.hpp"

#include <v8-array-buffer.h>
#include <v8-typed-array.h>

#include <cstring>
#include <string>

namespace troupe::js::node_vm {

namespace {

/// UTF-8, as scripts of the C++ face have it; texts that UTF-8 cannot tell apart (lone
/// surrogates) as what they are in memory.
std::string bytes_of(v8::Isolate* isolate, v8::Local<v8::String> text) {
  auto utf8 = to_utf8(isolate, text);
  if (text->IsOneByte())
    return utf8;
  v8::Local<v8::String> back;
  if (to_v8_string(isolate, utf8).ToLocal(&back) && back->StringEquals(text))
    return utf8;
  std::string raw(static_cast<std::size_t>(text->Length()) * sizeof(std::uint16_t) + 1, '\xff');
  text->WriteV2(isolate, 0, static_cast<std::uint32_t>(text->Length()),
                reinterpret_cast<std::uint16_t*>(raw.data()));
  return raw;
}

} // namespace

sha256_digest digest_of_text(v8::Isolate* isolate, source_kind kind, v8::Local<v8::String> code,
                             std::span<const v8::Local<v8::String>> names) {
  std::vector<std::string> texts;
  for (auto name : names)
    texts.push_back(bytes_of(isolate, name));
  std::vector<std::string_view> views(texts.begin(), texts.end());
  return digest_of(kind, bytes_of(isolate, code), views);
}

code_cache_ptr unseal_view(const sha256_digest& source, v8::Local<v8::Value> view) {
  auto from = view.As<v8::ArrayBufferView>();
  std::vector<std::byte> sealed(from->ByteLength());
  sealed.resize(from->CopyContents(sealed.data(), sealed.size()));
  return unseal(source, sealed);
}

v8::Local<v8::Value> seal_to_array(v8::Isolate* isolate, const sha256_digest& source,
                                   const code_cache_ptr& made) {
  std::vector<std::byte> sealed;
  if (made)
    sealed = seal(source, *made);
  auto buffer = v8::ArrayBuffer::MaybeNew(isolate, sealed.size(),
                                          v8::BackingStoreInitializationMode::kUninitialized);
  v8::Local<v8::ArrayBuffer> memory;
  if (!buffer.ToLocal(&memory)) // the limit on array buffers
    memory = v8::ArrayBuffer::New(isolate, 0);
  else if (!sealed.empty())
    std::memcpy(memory->Data(), sealed.data(), sealed.size());
  return v8::Uint8Array::New(memory, 0, memory->ByteLength());
}

} // namespace troupe::js::node_vm

#include "runtime/byte_view.hpp"

#include <v8-exception.h>
#include <v8-isolate.h>
#include <v8-primitive.h>

#include <cstring>

namespace troupe::js {

namespace {

v8::MaybeLocal<v8::String> too_long(v8::Isolate* isolate) {
  auto context = isolate->GetCurrentContext();
  auto error = v8::Exception::Error(v8::String::NewFromUtf8Literal(
                                      isolate, "Cannot create a string longer than 0x1fffffe8 "
                                               "characters"))
                 .As<v8::Object>();
  error
    ->CreateDataProperty(context, v8::String::NewFromUtf8Literal(isolate, "code"),
                         v8::String::NewFromUtf8Literal(isolate, "ERR_STRING_TOO_LONG"))
    .FromMaybe(false);
  isolate->ThrowException(error);
  return {};
}

bool fits(std::size_t length) {
  return length <= static_cast<std::size_t>(v8::String::kMaxLength);
}

} // namespace

v8::MaybeLocal<v8::ArrayBuffer> new_buffer(v8::Isolate* isolate, std::size_t length) {
  v8::Local<v8::ArrayBuffer> made;
  if (v8::ArrayBuffer::MaybeNew(isolate, length).ToLocal(&made))
    return made;
  isolate->ThrowException(v8::Exception::RangeError(
    v8::String::NewFromUtf8Literal(isolate, "Array buffer allocation failed")));
  return {};
}

v8::MaybeLocal<v8::Uint8Array> new_bytes(v8::Isolate* isolate,
                                         std::span<const std::uint8_t> from) {
  v8::Local<v8::ArrayBuffer> buffer;
  if (!new_buffer(isolate, from.size()).ToLocal(&buffer))
    return {};
  if (!from.empty())
    std::memcpy(buffer->Data(), from.data(), from.size());
  return v8::Uint8Array::New(buffer, 0, from.size());
}

v8::MaybeLocal<v8::String> utf8_text(v8::Isolate* isolate, std::span<const std::uint8_t> from) {
  v8::Local<v8::String> made;
  if (!fits(from.size())
      || !v8::String::NewFromUtf8(isolate, reinterpret_cast<const char*>(from.data()),
                                  v8::NewStringType::kNormal, static_cast<int>(from.size()))
            .ToLocal(&made))
    return too_long(isolate);
  return made;
}

v8::MaybeLocal<v8::String> latin1_text(v8::Isolate* isolate, std::span<const std::uint8_t> from) {
  v8::Local<v8::String> made;
  if (!fits(from.size())
      || !v8::String::NewFromOneByte(isolate, from.data(), v8::NewStringType::kNormal,
                                     static_cast<int>(from.size()))
            .ToLocal(&made))
    return too_long(isolate);
  return made;
}

v8::MaybeLocal<v8::String> utf16_text(v8::Isolate* isolate, std::span<const std::uint8_t> from) {
  auto length = from.size() / 2;
  if (!fits(length))
    return too_long(isolate);
  std::vector<std::uint16_t> units(length);
  if (length != 0)
    std::memcpy(units.data(), from.data(), length * 2);
  v8::Local<v8::String> made;
  if (!v8::String::NewFromTwoByte(isolate, units.data(), v8::NewStringType::kNormal,
                                  static_cast<int>(length))
         .ToLocal(&made))
    return too_long(isolate);
  return made;
}

std::vector<std::uint8_t> utf16_bytes(v8::Isolate* isolate, v8::Local<v8::String> from) {
  auto length = static_cast<std::size_t>(from->Length());
  std::vector<std::uint16_t> units(length);
  from->WriteV2(isolate, 0, static_cast<std::uint32_t>(length), units.data());
  std::vector<std::uint8_t> bytes(length * 2);
  if (length != 0)
    std::memcpy(bytes.data(), units.data(), bytes.size());
  return bytes;
}

std::vector<std::uint8_t> utf8_bytes(v8::Isolate* isolate, v8::Local<v8::String> from) {
  std::vector<std::uint8_t> bytes(from->Utf8LengthV2(isolate));
  from->WriteUtf8V2(isolate, reinterpret_cast<char*>(bytes.data()), bytes.size(),
                    v8::String::WriteFlags::kReplaceInvalidUtf8);
  return bytes;
}

std::vector<std::uint8_t> latin1_bytes(v8::Isolate* isolate, v8::Local<v8::String> from) {
  auto length = static_cast<std::size_t>(from->Length());
  std::vector<std::uint8_t> bytes(length);
  if (from->IsOneByte()) {
    from->WriteOneByteV2(isolate, 0, static_cast<std::uint32_t>(length), bytes.data());
    return bytes;
  }
  std::vector<std::uint16_t> units(length);
  from->WriteV2(isolate, 0, static_cast<std::uint32_t>(length), units.data());
  for (std::size_t i = 0; i < length; ++i)
    bytes[i] = static_cast<std::uint8_t>(units[i]);
  return bytes;
}

} // namespace troupe::js

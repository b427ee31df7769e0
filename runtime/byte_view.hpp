#pragma once

#include <v8-array-buffer.h>
#include <v8-function-callback.h>
#include <v8-typed-array.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::js {

/// The memory of an ArrayBuffer, SharedArrayBuffer or view of one; empty for all else.
/// Good until script runs.
[[nodiscard]] inline std::span<std::uint8_t> bytes_of(v8::Local<v8::Value> from) {
  auto span = [](void* data, std::size_t offset, std::size_t length) {
    return data == nullptr ? std::span<std::uint8_t>{}
                           : std::span{static_cast<std::uint8_t*>(data) + offset, length};
  };
  if (from->IsArrayBufferView()) {
    auto view = from.As<v8::ArrayBufferView>();
    return span(view->Buffer()->Data(), view->ByteOffset(), view->ByteLength());
  }
  if (from->IsArrayBuffer())
    return span(from.As<v8::ArrayBuffer>()->Data(), 0, from.As<v8::ArrayBuffer>()->ByteLength());
  if (from->IsSharedArrayBuffer())
    return span(from.As<v8::SharedArrayBuffer>()->Data(), 0,
                from.As<v8::SharedArrayBuffer>()->ByteLength());
  return {};
}

/// The same, for reading only: small typed arrays stay in V8's heap, where they cost nothing
/// else, and are copied.
///
/// Lifetime: on the stack of a V8 callback; good until script runs.
class read_bytes {
public:
  explicit read_bytes(v8::Local<v8::Value> from) {
    if (from->IsArrayBufferView()) {
      auto found = from.As<v8::ArrayBufferView>()->GetContents({small_.data(), small_.size()});
      if (found.data() != nullptr)
        bytes_ = {found.data(), found.size()};
    } else {
      bytes_ = bytes_of(from);
    }
  }

  read_bytes(const read_bytes&) = delete;
  read_bytes& operator=(const read_bytes&) = delete;

  [[nodiscard]] std::span<const std::uint8_t> get() const noexcept {
    return bytes_;
  }

private:
  std::array<std::uint8_t, 64> small_;
  std::span<const std::uint8_t> bytes_;
};

/// A new buffer of this length; empty with a RangeError pending when the limit on
/// ArrayBuffers refuses.
[[nodiscard]] v8::MaybeLocal<v8::ArrayBuffer> new_buffer(v8::Isolate* isolate,
                                                         std::size_t length);

/// A copy of bytes as a Uint8Array.
[[nodiscard]] v8::MaybeLocal<v8::Uint8Array> new_bytes(v8::Isolate* isolate,
                                                       std::span<const std::uint8_t> from);
[[nodiscard]] inline v8::MaybeLocal<v8::Uint8Array> new_bytes(v8::Isolate* isolate,
                                                              std::string_view from) {
  return new_bytes(isolate,
                   std::span{reinterpret_cast<const std::uint8_t*>(from.data()), from.size()});
}

/// The text; an Error with code ERR_STRING_TOO_LONG is pending when it is too long.
[[nodiscard]] v8::MaybeLocal<v8::String> utf8_text(v8::Isolate* isolate,
                                                   std::span<const std::uint8_t> from);
[[nodiscard]] v8::MaybeLocal<v8::String> latin1_text(v8::Isolate* isolate,
                                                     std::span<const std::uint8_t> from);
/// From an even number of bytes, little-endian.
[[nodiscard]] v8::MaybeLocal<v8::String> utf16_text(v8::Isolate* isolate,
                                                    std::span<const std::uint8_t> from);

/// UTF-16 units of a string as bytes, little-endian; UTF-8; low bytes.
[[nodiscard]] std::vector<std::uint8_t> utf16_bytes(v8::Isolate* isolate,
                                                    v8::Local<v8::String> from);
[[nodiscard]] std::vector<std::uint8_t> utf8_bytes(v8::Isolate* isolate,
                                                   v8::Local<v8::String> from);
[[nodiscard]] std::vector<std::uint8_t> latin1_bytes(v8::Isolate* isolate,
                                                     v8::Local<v8::String> from);

} // namespace troupe::js

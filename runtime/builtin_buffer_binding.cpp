#include "runtime/base64.hpp"
#include "runtime/builtin_bindings.hpp"
#include "runtime/byte_view.hpp"

#include <v8-function.h>
#include <v8-primitive.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace troupe::js {

namespace {

using call = v8::FunctionCallbackInfo<v8::Value>;
using bytes = std::vector<std::uint8_t>;

/// The numbers are those of internal/buffer.js.
enum class encoding : std::uint8_t { utf8, utf16le, latin1, ascii, base64, base64url, hex };

encoding encoding_of(v8::Local<v8::Value> number) {
  return static_cast<encoding>(number.As<v8::Int32>()->Value());
}

std::size_t size_of(v8::Local<v8::Value> number) {
  return static_cast<std::size_t>(number.As<v8::Number>()->Value());
}

constexpr int no_digit = -1;

constexpr auto digit_of = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(no_digit);
  for (int i = 0; i < 16; ++i) {
    table[static_cast<std::size_t>("0123456789abcdef"[i])] = static_cast<std::int8_t>(i);
    table[static_cast<std::size_t>("0123456789ABCDEF"[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}();

constexpr auto hex_of = [] {
  constexpr auto digits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = {digits[i >> 4], digits[i & 15]};
  return table;
}();

/// Up to the first two characters that are no digits.
bytes from_hex(const bytes& text) {
  bytes made(text.size() / 2);
  std::size_t i = 0;
  for (; i < made.size(); ++i) {
    int high = digit_of[text[i * 2]];
    int low = digit_of[text[i * 2 + 1]];
    if ((high | low) < 0)
      break;
    made[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  made.resize(i);
  return made;
}

bytes encode(v8::Isolate* isolate, v8::Local<v8::String> text, encoding how) {
  switch (how) {
    case encoding::utf8:
      return utf8_bytes(isolate, text);
    case encoding::utf16le:
      return utf16_bytes(isolate, text);
    case encoding::latin1:
    case encoding::ascii:
      return latin1_bytes(isolate, text);
    case encoding::base64:
    case encoding::base64url: {
      auto ascii = latin1_bytes(isolate, text);
      return base64_decode_loosely({reinterpret_cast<const char*>(ascii.data()), ascii.size()});
    }
    case encoding::hex:
      return from_hex(latin1_bytes(isolate, text));
  }
  return {};
}

bool is_ascii(std::span<const std::uint8_t> text) {
  std::uint64_t all = 0;
  std::uint64_t eight = 0;
  for (; text.size() >= sizeof eight; text = text.subspan(sizeof eight)) {
    std::memcpy(&eight, text.data(), sizeof eight);
    all |= eight;
  }
  for (auto each : text)
    all |= each;
  return (all & 0x8080808080808080) == 0;
}

/// What V8 writes straight into a buffer.
v8::MaybeLocal<v8::ArrayBuffer> encode_in_place(v8::Isolate* isolate, v8::Local<v8::String> text,
                                                encoding how) {
  auto length = static_cast<std::uint32_t>(text->Length());
  v8::Local<v8::ArrayBuffer> buffer;
  if (how == encoding::utf16le) {
    if (new_buffer(isolate, std::size_t{length} * 2).ToLocal(&buffer) && length != 0)
      text->WriteV2(isolate, 0, length, static_cast<std::uint16_t*>(buffer->Data()));
    return buffer;
  }
  if (text->IsOneByte()) {
    if (!new_buffer(isolate, length).ToLocal(&buffer) || length == 0)
      return buffer;
    auto* to = static_cast<std::uint8_t*>(buffer->Data());
    text->WriteOneByteV2(isolate, 0, length, to);
    // Mostly ASCII: the same in UTF-8.
    if (how != encoding::utf8 || is_ascii({to, length}))
      return buffer;
  }
  auto size = text->Utf8LengthV2(isolate);
  if (new_buffer(isolate, size).ToLocal(&buffer) && size != 0)
    text->WriteUtf8V2(isolate, static_cast<char*>(buffer->Data()), size,
                      v8::String::WriteFlags::kReplaceInvalidUtf8);
  return buffer;
}

/// fromString(text, encoding) → ArrayBuffer
void from_string(const call& info) {
  auto* isolate = info.GetIsolate();
  auto text = info[0].As<v8::String>();
  auto how = encoding_of(info[1]);
  v8::Local<v8::ArrayBuffer> buffer;
  bool narrow = (how == encoding::latin1 || how == encoding::ascii) && text->IsOneByte();
  if (how == encoding::utf8 || how == encoding::utf16le || narrow) {
    if (encode_in_place(isolate, text, how).ToLocal(&buffer))
      info.GetReturnValue().Set(buffer);
    return;
  }
  auto encoded = encode(isolate, text, how);
  if (!new_buffer(isolate, encoded.size()).ToLocal(&buffer))
    return;
  if (!encoded.empty())
    std::memcpy(buffer->Data(), encoded.data(), encoded.size());
  info.GetReturnValue().Set(buffer);
}

/// utf8Length(text)
void utf8_length(const call& info) {
  info.GetReturnValue().Set(
    static_cast<double>(info[0].As<v8::String>()->Utf8LengthV2(info.GetIsolate())));
}

template <class Byte>
std::span<Byte> part(std::span<Byte> of, std::size_t start, std::size_t end) {
  start = std::min(start, of.size());
  return of.subspan(start, std::clamp(end, start, of.size()) - start);
}

/// toText(view, encoding, start, end)
void to_text(const call& info) {
  auto* isolate = info.GetIsolate();
  read_bytes view{info[0]};
  auto from = part(view.get(), size_of(info[2]), size_of(info[3]));
  v8::MaybeLocal<v8::String> made;
  auto ascii = [&](const std::string& text) {
    made =
      latin1_text(isolate, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  switch (encoding_of(info[1])) {
    case encoding::utf8:
      made = utf8_text(isolate, from);
      break;
    case encoding::utf16le:
      made = utf16_text(isolate, from);
      break;
    case encoding::latin1:
      made = latin1_text(isolate, from);
      break;
    case encoding::ascii: {
      bytes low(from.begin(), from.end());
      for (auto& each : low)
        each &= 0x7F;
      made = latin1_text(isolate, low);
      break;
    }
    case encoding::base64:
      ascii(base64_encode(from, base64_alphabet::standard));
      break;
    case encoding::base64url:
      ascii(base64_encode(from, base64_alphabet::url));
      break;
    case encoding::hex: {
      std::string text(from.size() * 2, '0');
      auto* to = text.data();
      for (auto each : from)
        to = std::copy_n(hex_of[each].data(), 2, to);
      ascii(text);
      break;
    }
  }
  v8::Local<v8::String> text;
  if (made.ToLocal(&text))
    info.GetReturnValue().Set(text);
}

/// write(view, text, encoding, offset, length) → bytes written; whole characters only.
void write(const call& info) {
  auto* isolate = info.GetIsolate();
  auto offset = size_of(info[3]);
  auto into = part(bytes_of(info[0]), offset, offset + size_of(info[4]));
  auto how = encoding_of(info[2]);
  auto text = info[1].As<v8::String>();
  std::size_t written = 0;
  if (how == encoding::utf8) {
    if (!into.empty())
      written = text->WriteUtf8V2(isolate, reinterpret_cast<char*>(into.data()), into.size(),
                                  v8::String::WriteFlags::kReplaceInvalidUtf8);
  } else {
    auto encoded = encode(isolate, text, how);
    written = std::min(into.size(), encoded.size());
    if (how == encoding::utf16le)
      written -= written % 2;
    if (written != 0)
      std::memcpy(into.data(), encoded.data(), written);
  }
  info.GetReturnValue().Set(static_cast<double>(written));
}

/// compare(a, b) → -1, 0, 1
void compare(const call& info) {
  read_bytes first{info[0]};
  read_bytes second{info[1]};
  auto a = first.get();
  auto b = second.get();
  auto length = std::min(a.size(), b.size());
  int order = length == 0 ? 0 : std::memcmp(a.data(), b.data(), length);
  if (order == 0)
    order = a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
  info.GetReturnValue().Set(order < 0 ? -1 : order > 0 ? 1 : 0);
}

/// indexOf(view, wanted, offset, forward?) → place or -1
void index_of(const call& info) {
  read_bytes view{info[0]};
  read_bytes pattern{info[1]};
  auto in = view.get();
  auto wanted = pattern.get();
  auto offset = size_of(info[2]);
  double at = -1;
  if (wanted.size() <= in.size()) {
    if (info[3]->IsTrue()) {
      auto from = in.begin() + static_cast<std::ptrdiff_t>(std::min(offset, in.size()));
      const void* place = wanted.empty() || from == in.end()
                            ? nullptr
                            : ::memmem(&*from, static_cast<std::size_t>(in.end() - from),
                                       wanted.data(), wanted.size()); // linear in the worst case
      auto found = wanted.empty() ? from
                   : place == nullptr
                     ? in.end()
                     : in.begin() + (static_cast<const std::uint8_t*>(place) - in.data());
      if (found != in.end() || wanted.empty())
        at = static_cast<double>(found - in.begin());
    } else {
      for (auto i = std::min(offset, in.size() - wanted.size()) + 1; i-- > 0 && at < 0;)
        if (wanted.empty() || std::memcmp(in.data() + i, wanted.data(), wanted.size()) == 0)
          at = static_cast<double>(i);
    }
  }
  info.GetReturnValue().Set(at);
}

/// fill(view, pattern, start, end)
void fill(const call& info) {
  auto into = part(bytes_of(info[0]), size_of(info[2]), size_of(info[3]));
  auto pattern = bytes_of(info[1]);
  if (pattern.empty() || into.empty())
    return;
  // The pattern may lie in what is filled.
  bytes copy(pattern.begin(), pattern.end());
  for (std::size_t i = 0; i < into.size(); i += copy.size())
    std::memcpy(into.data() + i, copy.data(), std::min(copy.size(), into.size() - i));
}

} // namespace

void fill_buffer_binding(isolate_scope&, v8::Local<v8::Context> context,
                         v8::Local<v8::Object> to) {
  add_function(context, to, "fromString", &from_string);
  add_function(context, to, "utf8Length", &utf8_length);
  add_function(context, to, "toText", &to_text);
  add_function(context, to, "write", &write);
  add_function(context, to, "compare", &compare);
  add_function(context, to, "indexOf", &index_of);
  add_function(context, to, "fill", &fill);
}

} // namespace troupe::js

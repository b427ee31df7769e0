#include "runtime/base64.hpp"
#include "runtime/builtin_bindings.hpp"
#include "runtime/byte_view.hpp"

#include <v8-container.h>
#include <v8-function.h>
#include <v8-primitive.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace troupe::js {

namespace {

using call = v8::FunctionCallbackInfo<v8::Value>;

/// What a run of bytes is as UTF-8 (https://encoding.spec.whatwg.org/#utf-8-decoder).
struct utf8_shape {
  bool valid = true;        ///< But for what is missing at the end.
  std::size_t complete = 0; ///< Bytes before a character that the end cuts.
};

utf8_shape shape_of(std::span<const std::uint8_t> bytes) {
  utf8_shape shape{.complete = bytes.size()};
  for (std::size_t i = 0; i < bytes.size();) {
    auto lead = bytes[i];
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t more = lead >= 0xC2 && lead <= 0xDF   ? 1
                       : lead >= 0xE0 && lead <= 0xEF ? 2
                       : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                      : 0;
    if (more == 0) {
      shape.valid = false;
      ++i;
      continue;
    }
    std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    std::size_t k = 1;
    for (; k <= more && i + k < bytes.size(); ++k) {
      if (bytes[i + k] < low || bytes[i + k] > high)
        break;
      low = 0x80;
      high = 0xBF;
    }
    if (k > more) {
      i += k;
    } else if (i + k == bytes.size()) {
      shape.complete = i;
      return shape;
    } else {
      shape.valid = false;
      i += k;
    }
  }
  return shape;
}

// https://encoding.spec.whatwg.org/index-windows-1252.txt, from 0x80.
constexpr std::array<std::uint16_t, 32> windows_1252{
  0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
  0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
  0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

v8::MaybeLocal<v8::String> windows_1252_text(v8::Isolate* isolate,
                                             std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> units(bytes.size() * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::uint16_t unit = bytes[i];
    if (unit >= 0x80 && unit < 0xA0)
      unit = windows_1252[unit - 0x80u];
    units[i * 2] = static_cast<std::uint8_t>(unit);
    units[i * 2 + 1] = static_cast<std::uint8_t>(unit >> 8);
  }
  return utf16_text(isolate, units);
}

/// UTF-16 in place: surrogates without a partner become U+FFFD. @returns whether there
/// were none.
bool repair_utf16(std::vector<std::uint8_t>& bytes) {
  bool valid = true;
  auto unit = [&](std::size_t i) { return static_cast<unsigned>(bytes[i] | bytes[i + 1] << 8); };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    auto here = unit(i);
    if (here < 0xD800 || here > 0xDFFF)
      continue;
    if (here < 0xDC00 && i + 3 < bytes.size()) {
      auto next = unit(i + 2);
      if (next >= 0xDC00 && next <= 0xDFFF) {
        i += 2;
        continue;
      }
    }
    valid = false;
    bytes[i] = 0xFD;
    bytes[i + 1] = 0xFF;
  }
  return valid;
}

/// decode(input, encoding, fatal, stream, held) → [text, bytes to hold back]; undefined:
/// invalid.
void decode(const call& info) {
  auto* isolate = info.GetIsolate();
  read_bytes kept{info[4]};
  read_bytes view{info[0]};
  auto held = kept.get();
  auto input = view.get();
  std::vector<std::uint8_t> bytes(held.begin(), held.end());
  bytes.insert(bytes.end(), input.begin(), input.end());
  bool fatal = info[2]->IsTrue();
  bool stream = info[3]->IsTrue();
  v8::String::Utf8Value encoding{isolate, info[1]};
  std::string_view name{*encoding != nullptr ? *encoding : ""};
  std::vector<std::uint8_t> rest;
  v8::MaybeLocal<v8::String> made;
  if (name == "windows-1252") {
    made = windows_1252_text(isolate, bytes);
  } else if (name == "utf-8") {
    auto [valid, complete] = shape_of(bytes);
    if (fatal && (!valid || (!stream && complete != bytes.size())))
      return;
    if (stream) {
      rest.assign(bytes.begin() + static_cast<std::ptrdiff_t>(complete), bytes.end());
      bytes.resize(complete);
    }
    made = utf8_text(isolate, bytes);
  } else {
    if (name == "utf-16be")
      for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        std::swap(bytes[i], bytes[i + 1]);
    auto whole = bytes.size() / 2 * 2;
    bool odd = bytes.size() % 2 != 0;
    // A high surrogate at the end may get its partner.
    if (stream && whole >= 2 && bytes[whole - 1] >= 0xD8 && bytes[whole - 1] <= 0xDB)
      whole -= 2;
    if (stream) {
      rest.assign(bytes.begin() + static_cast<std::ptrdiff_t>(whole), bytes.end());
      bytes.resize(whole);
      if (name == "utf-16be")
        for (std::size_t i = 0; i + 1 < rest.size(); i += 2)
          std::swap(rest[i], rest[i + 1]);
    } else if (odd) {
      bytes.resize(whole);
      bytes.push_back(0xFD);
      bytes.push_back(0xFF);
    }
    if ((!repair_utf16(bytes) || (odd && !stream)) && fatal)
      return;
    made = utf16_text(isolate, bytes);
  }
  v8::Local<v8::Value> parts[2];
  v8::Local<v8::String> text;
  v8::Local<v8::Uint8Array> left;
  if (!made.ToLocal(&text) || !new_bytes(isolate, rest).ToLocal(&left))
    return;
  parts[0] = text;
  parts[1] = left;
  info.GetReturnValue().Set(v8::Array::New(isolate, parts, std::size(parts)));
}

/// decodeUtf8(input, fatal): the text; undefined: invalid.
void decode_utf8(const call& info) {
  read_bytes view{info[0]};
  auto input = view.get();
  if (info[1]->IsTrue()) {
    auto [valid, complete] = shape_of(input);
    if (!valid || complete != input.size())
      return;
  }
  v8::Local<v8::String> text;
  if (utf8_text(info.GetIsolate(), input).ToLocal(&text))
    info.GetReturnValue().Set(text);
}

void encode_utf8(const call& info) {
  auto* isolate = info.GetIsolate();
  auto text = info[0].As<v8::String>();
  v8::Local<v8::ArrayBuffer> buffer;
  auto length = text->Utf8LengthV2(isolate);
  if (!new_buffer(isolate, length).ToLocal(&buffer))
    return;
  if (length != 0)
    text->WriteUtf8V2(isolate, static_cast<char*>(buffer->Data()), length,
                      v8::String::WriteFlags::kReplaceInvalidUtf8);
  info.GetReturnValue().Set(v8::Uint8Array::New(buffer, 0, length));
}

/// encodeInto(text, bytes) → [UTF-16 units read, bytes written]
void encode_into(const call& info) {
  auto* isolate = info.GetIsolate();
  auto into = bytes_of(info[1]);
  std::size_t read = 0;
  std::size_t written = 0;
  if (!into.empty())
    written = info[0].As<v8::String>()->WriteUtf8V2(
      isolate, reinterpret_cast<char*>(into.data()), into.size(),
      v8::String::WriteFlags::kReplaceInvalidUtf8, &read);
  v8::Local<v8::Value> parts[]{v8::Number::New(isolate, static_cast<double>(read)),
                               v8::Number::New(isolate, static_cast<double>(written))};
  info.GetReturnValue().Set(v8::Array::New(isolate, parts, std::size(parts)));
}

/// undefined: a character beyond U+00FF.
void encode_base64(const call& info) {
  auto text = info[0].As<v8::String>();
  if (!text->ContainsOnlyOneByte())
    return;
  auto encoded = base64_encode(latin1_bytes(info.GetIsolate(), text), base64_alphabet::standard);
  v8::Local<v8::String> made;
  if (latin1_text(info.GetIsolate(),
                  {reinterpret_cast<const std::uint8_t*>(encoded.data()), encoded.size()})
        .ToLocal(&made))
    info.GetReturnValue().Set(made);
}

/// undefined: no Base64.
void decode_base64(const call& info) {
  auto text = info[0].As<v8::String>();
  if (!text->ContainsOnlyOneByte())
    return;
  auto bytes = latin1_bytes(info.GetIsolate(), text);
  auto decoded = base64_decode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  v8::Local<v8::String> made;
  if (decoded && latin1_text(info.GetIsolate(), *decoded).ToLocal(&made))
    info.GetReturnValue().Set(made);
}

} // namespace

void fill_encoding_binding(isolate_scope&, v8::Local<v8::Context> context,
                           v8::Local<v8::Object> to) {
  add_function(context, to, "decode", &decode);
  add_function(context, to, "decodeUtf8", &decode_utf8);
  add_function(context, to, "encodeUtf8", &encode_utf8);
  add_function(context, to, "encodeInto", &encode_into);
  add_function(context, to, "encodeBase64", &encode_base64);
  add_function(context, to, "decodeBase64", &decode_base64);
}

} // namespace troupe::js

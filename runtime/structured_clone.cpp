#include "runtime/structured_clone.hpp"

#include "runtime/clone_reader.hpp"
#include "runtime/clone_writer.hpp"
#include "runtime/value_graph.hpp"

#include <v8-exception.h>
#include <v8-primitive.h>

namespace troupe::js {

result<value> clone_out(isolate_scope& here, v8::Local<v8::Context> context,
                        v8::Local<v8::Value> from, clone_mode mode, clone_budget* spent) {
  // What most scripts end with needs no graph.
  if (from->IsNumber())
    return detail::make_number(from.As<v8::Number>()->Value());
  if (from->IsUndefined())
    return value{};
  if (from->IsBoolean())
    return value{from.As<v8::Boolean>()->Value()};
  clone_budget own;
  return write_clone(here, context, from, mode, spent != nullptr ? *spent : own);
}

v8::MaybeLocal<v8::Value> clone_in(isolate_scope& here, v8::Local<v8::Context> context,
                                   const value& from) {
  v8::EscapableHandleScope handles{here.v8()};
  v8::Local<v8::Value> made;
  clone_refusal refusal;
  if (read_clone(here, context, from, refusal).ToLocal(&made))
    return handles.Escape(made);
  v8::Local<v8::String> message;
  if (!refusal.what.empty()
      && to_v8_string(here.v8(), refusal.what + " cannot be cloned: " + refusal.path)
           .ToLocal(&message))
    here.v8()->ThrowException(v8::Exception::RangeError(message));
  return {};
}

result<v8::Local<v8::Value>> clone_in_or_why(isolate_scope& here, v8::Local<v8::Context> context,
                                             const value& from) {
  v8::TryCatch caught{here.v8()};
  v8::Local<v8::Value> made;
  clone_refusal refusal;
  if (read_clone(here, context, from, refusal).ToLocal(&made))
    return made;
  error why{.code = errc::clone_failed,
            .message = refusal.what + " cannot be cloned: " + refusal.path};
  if (caught.HasTerminated()) {
    caught.ReThrow();
  } else if (refusal.what.empty()) {
    v8::Local<v8::String> text;
    bool told = caught.HasCaught() && caught.Exception()->ToDetailString(context).ToLocal(&text);
    why.message =
      (told ? to_utf8(here.v8(), text) : "V8 could not make it") + ": " + refusal.path;
  }
  return why;
}

v8::MaybeLocal<v8::String> to_v8_string(v8::Isolate* isolate, std::string_view utf8) {
  if (utf8.size() > static_cast<std::size_t>(v8::String::kMaxLength))
    return {};
  return v8::String::NewFromUtf8(isolate, utf8.data(), v8::NewStringType::kNormal,
                                 static_cast<int>(utf8.size()));
}

std::string to_utf8(v8::Isolate* isolate, v8::Local<v8::String> from) {
  auto length = from->Utf8LengthV2(isolate);
  std::string text(length, '\0');
  from->WriteUtf8V2(isolate, text.data(), length, v8::String::WriteFlags::kReplaceInvalidUtf8);
  return text;
}

} // namespace troupe::js

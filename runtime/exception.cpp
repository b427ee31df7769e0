#include "runtime/exception.hpp"

#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-exception.h>
#include <v8-object.h>

namespace troupe::js {

v8::Local<v8::Value> make_exception(isolate_scope& here, v8::Local<v8::Context> context,
                                    const error& what) {
  auto* isolate = here.v8();
  v8::TryCatch caught{isolate};
  v8::Local<v8::Value> thrown;
  if (!what.thrown.is_undefined() && !clone_in(here, context, what.thrown).ToLocal(&thrown))
    caught.Reset();
  if (what.code == errc::uncaught_exception && !thrown.IsEmpty())
    return thrown;
  auto message = v8::String::Empty(isolate);
  if (!to_v8_string(isolate, what.message).ToLocal(&message))
    message = v8::String::Empty(isolate);
  bool wrong_type = what.code == errc::invalid_argument || what.code == errc::clone_failed
                    || what.code == errc::dynamic_import_unavailable
                    || what.code == errc::import_attribute_incompatible
                    || what.code == errc::import_attribute_unsupported;
  auto made = wrong_type ? v8::Exception::TypeError(message) : v8::Exception::Error(message);
  auto object = made.As<v8::Object>();
  auto name = code_name(what.code);
  auto code = v8::String::NewFromUtf8(isolate, name.data(), v8::NewStringType::kInternalized,
                                      static_cast<int>(name.size()))
                .ToLocalChecked();
  // A fresh error takes both, unless memory is short.
  object->CreateDataProperty(context, v8::String::NewFromUtf8Literal(isolate, "code"), code)
    .FromMaybe(false);
  if (!thrown.IsEmpty())
    object
      ->DefineOwnProperty(context, v8::String::NewFromUtf8Literal(isolate, "cause"), thrown,
                          v8::DontEnum)
      .FromMaybe(false);
  return made;
}

v8::Local<v8::String> shown_in_message(v8::Isolate* isolate, v8::Local<v8::String> text) {
  constexpr int length_max = 1 << 20; // Concat gives nothing beyond String::kMaxLength
  if (text->Length() <= length_max)
    return text;
  auto told = fmt::format("({} characters)", text->Length());
  return v8::String::NewFromUtf8(isolate, told.c_str()).FromMaybe(v8::String::Empty(isolate));
}

void throw_stopped(v8::Isolate* isolate) {
  isolate->ThrowException(
    v8::Exception::Error(v8::String::NewFromUtf8Literal(isolate, "The script was stopped")));
}

} // namespace troupe::js

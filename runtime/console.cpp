#include "runtime/console.hpp"

#include "runtime/exception.hpp"
#include "runtime/structured_clone.hpp"

#include <v8-external.h>
#include <v8-function.h>

#include <array>

namespace troupe::js {

namespace {

/// One argument as text; never throws into the script.
std::string format(isolate_scope& here, v8::Local<v8::Context> context,
                   v8::Local<v8::Value> argument) {
  v8::TryCatch quiet{here.v8()};
  if (argument->IsString())
    return to_utf8(here.v8(), argument.As<v8::String>());
  if (auto copy = clone_out(here, context, argument))
    return copy->to_string();
  quiet.Reset();
  if (argument->IsFunction()) {
    auto name = argument.As<v8::Function>()->GetDebugName();
    auto text = name->IsString() ? to_utf8(here.v8(), name.As<v8::String>()) : std::string{};
    return text.empty() ? "[Function (anonymous)]" : "[Function: " + text + "]";
  }
  v8::Local<v8::String> detail;
  if (argument->ToDetailString(context).ToLocal(&detail))
    return to_utf8(here.v8(), detail);
  return "[an object that cannot be shown]";
}

/// Shortens UTF-8, between two characters.
void cut(std::string& text, std::size_t length) {
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
    --length;
  text.resize(length);
  text += "…";
}

std::string current_stack(v8::Isolate* isolate, const std::string& title) {
  auto text = "Trace" + (title.empty() ? std::string{} : ": " + title);
  auto stack = v8::StackTrace::CurrentStackTrace(isolate, 10);
  for (int i = 0; i < stack->GetFrameCount(); ++i) {
    auto at = stack->GetFrame(isolate, static_cast<std::uint32_t>(i));
    auto function = at->GetFunctionName();
    auto script = at->GetScriptName();
    auto place = (script.IsEmpty() ? std::string{"<anonymous>"} : to_utf8(isolate, script)) + ":"
                 + std::to_string(at->GetLineNumber()) + ":" + std::to_string(at->GetColumn());
    text += function.IsEmpty() || function->Length() == 0
              ? "\n    at " + place
              : "\n    at " + to_utf8(isolate, function) + " (" + place + ")";
  }
  return text;
}

} // namespace

console::console(std::string context_name, std::size_t line_max,
                 std::function<bool(const console_line&)> write)
  : name_(std::move(context_name)), line_max_(line_max), write_(std::move(write)) {
}

void console::install(isolate_scope& here, v8::Local<v8::Context> context) {
  const std::array<std::pair<const char*, method*>, 8> methods{{{"log", &log_},
                                                                {"info", &log_},
                                                                {"debug", &log_},
                                                                {"dir", &log_},
                                                                {"warn", &warn_},
                                                                {"error", &warn_},
                                                                {"trace", &trace_},
                                                                {"assert", &assert_}}};
  auto* isolate = here.v8();
  auto object = v8::Object::New(isolate);
  for (auto [name, which] : methods) {
    auto key = v8::String::NewFromUtf8(isolate, name).ToLocalChecked();
    v8::Local<v8::Function> function;
    if (!v8::Function::New(context, &console::call, v8::External::New(isolate, which), 0,
                           v8::ConstructorBehavior::kThrow)
           .ToLocal(&function))
      return;
    function->SetName(key);
    object->CreateDataProperty(context, key, function).Check();
  }
  context->Global()
    ->DefineOwnProperty(context, v8::String::NewFromUtf8Literal(isolate, "console"), object,
                        v8::DontEnum)
    .Check();
}

void console::call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const auto& which = *static_cast<method*>(info.Data().As<v8::External>()->Value());
  auto& self = *which.owner;
  isolate_scope here{isolate::of(info.GetIsolate())};
  auto context = here.v8()->GetCurrentContext();
  int first = 0;
  if (which.style == method::style::assertion) {
    if (info.Length() > 0 && info[0]->BooleanValue(here.v8()))
      return;
    first = 1;
  }
  std::string text;
  for (int i = first; i < info.Length(); ++i) {
    text += i == first ? "" : " ";
    text += format(here, context, info[i]);
    if (here.v8()->IsExecutionTerminating())
      return;
    // Thousands of arguments may be one large string.
    if (text.size() > self.line_max_) {
      cut(text, self.line_max_);
      break;
    }
  }
  if (which.style == method::style::trace)
    text = current_stack(here.v8(), text);
  if (which.style == method::style::assertion)
    text = text.empty() ? "Assertion failed" : "Assertion failed: " + text;
  if (!self.write_({.context = self.name_, .to = which.to, .text = std::move(text)}))
    throw_stopped(here.v8());
}

} // namespace troupe::js

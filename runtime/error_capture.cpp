#include "runtime/error_capture.hpp"

#include "runtime/structured_clone.hpp"

#include <fmt/format.h>
#include <v8-message.h>
#include <v8-script.h>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace troupe::js {

namespace {

// A minified bundle is no help above a stack.
constexpr std::size_t source_line_max = 1000;

/// Offsets may be any int, and V8 adds to them without a look.
constexpr int after(int number) {
  return number == std::numeric_limits<int>::max() ? number : number + 1;
}

/// From `start` to `end`, at least 0.
constexpr int distance(int start, int end) {
  auto between = std::int64_t{end} - start;
  return static_cast<int>(std::clamp<std::int64_t>(between, 0, std::numeric_limits<int>::max()));
}

source_position position_of(isolate_scope& here, v8::Local<v8::Context> context,
                            v8::Local<v8::Message> message,
                            std::size_t line_max = source_line_max) {
  source_position position;
  auto name = message->GetScriptResourceName();
  if (name->IsString())
    position.filename = to_utf8(here.v8(), name.As<v8::String>());
  position.line = message->GetLineNumber(context).FromMaybe(0);
  int start = message->GetStartColumn(context).FromMaybe(0);
  int end = message->GetEndColumn(context).FromMaybe(after(start));
  position.column = after(start);
  position.width = std::max(1, distance(start, end));
  v8::Local<v8::String> line;
  if (message->GetSourceLine(context).ToLocal(&line)
      && static_cast<std::size_t>(line->Length()) <= line_max)
    position.source_line = to_utf8(here.v8(), line);
  return position;
}

/// The column that the shown line starts with: a script's column offset counts
/// in its first line only.
int first_column(v8::Local<v8::Message> message, const source_position& position) {
  auto origin = message->GetScriptOrigin();
  return position.line == after(origin.LineOffset()) ? after(origin.ColumnOffset()) : 1;
}

/// `Error: no`, also for what is no error; never throws into the script.
std::string describe_thrown(isolate_scope& here, v8::Local<v8::Context> context,
                            v8::Local<v8::Value> thrown) {
  v8::TryCatch quiet{here.v8()};
  v8::Local<v8::String> text;
  if (thrown->IsObject() && !thrown->IsNativeError()) {
    if (thrown->ToDetailString(context).ToLocal(&text))
      return to_utf8(here.v8(), text);
  } else if (thrown->IsSymbol()) {
    if (thrown->ToDetailString(context).ToLocal(&text))
      return to_utf8(here.v8(), text);
  } else if (thrown->ToString(context).ToLocal(&text)) {
    return to_utf8(here.v8(), text);
  }
  return "an exception that cannot be shown";
}

std::string stack_of(isolate_scope& here, v8::Local<v8::Context> context,
                     v8::Local<v8::Value> thrown) {
  v8::TryCatch quiet{here.v8()};
  v8::Local<v8::Value> stack;
  if (v8::TryCatch::StackTrace(context, thrown).ToLocal(&stack) && stack->IsString()
      && stack.As<v8::String>()->Length() > 0)
    return to_utf8(here.v8(), stack.As<v8::String>());
  return {};
}

value thrown_value(isolate_scope& here, v8::Local<v8::Context> context,
                   v8::Local<v8::Value> thrown) {
  v8::TryCatch quiet{here.v8()};
  auto copy = clone_out(here, context, thrown);
  return copy ? *std::move(copy) : value{};
}

error capture(isolate_scope& here, v8::Local<v8::Context> context, v8::Local<v8::Value> thrown,
              v8::Local<v8::Message> message, errc code, bool display_errors) {
  error result{.code = code};
  result.message = describe_thrown(here, context, thrown);
  result.stack = stack_of(here, context, thrown);
  if (result.stack.empty())
    result.stack = thrown->IsNativeError() ? result.message : "Uncaught " + result.message;
  result.thrown = thrown_value(here, context, thrown);
  if (!message.IsEmpty()) {
    v8::TryCatch quiet{here.v8()};
    result.position = position_of(here, context, message);
    if (display_errors && !result.position->source_line.empty())
      result.stack =
        decorate(*result.position, first_column(message, *result.position)) + "\n" + result.stack;
  }
  return result;
}

/// What stands under the first characters of a line: a tab stays a tab.
std::string indent_of(const std::string& line, std::size_t length) {
  auto indent = line.substr(0, length);
  std::ranges::replace_if(
    indent, [](char c) { return c != '\t'; }, ' ');
  return indent;
}

} // namespace

std::string decorate(const source_position& position, int first_column) {
  const auto& line = position.source_line;
  auto start =
    std::min(static_cast<std::size_t>(distance(first_column, position.column)), line.size());
  auto indent = indent_of(line, start);
  auto room = std::max<std::size_t>(line.size() - start, 1);
  auto width = std::min(static_cast<std::size_t>(std::max(1, position.width)), room);
  return fmt::format("{}:{}\n{}\n{}{}\n", position.filename, position.line, line, indent,
                     std::string(width, '^'));
}

std::string arrow_of(isolate_scope& here, v8::Local<v8::Context> context,
                     v8::Local<v8::Message> message) {
  auto position = position_of(here, context, message, v8::String::kMaxLength);
  if (!message->GetScriptResourceName()->IsString())
    position.filename = "<anonymous_script>";
  const auto& line = position.source_line;
  auto first = first_column(message, position);
  auto start = distance(first, position.column);
  auto end = distance(first, after(message->GetEndColumn(context).FromMaybe(0)));
  auto shown = fmt::format("{}:{}\n{}\n", position.filename, position.line, line);
  // As Node shows it: nothing that is beyond the line, nor a caret where there is nothing.
  if (start > end || start < 0 || static_cast<std::size_t>(end) > line.size())
    return shown;
  constexpr std::size_t underline_max = 1020;
  auto underline = indent_of(line, static_cast<std::size_t>(start))
                   + std::string(static_cast<std::size_t>(end - start), '^');
  underline.resize(std::min(underline.size(), underline_max));
  return shown + underline + "\n";
}

error capture_error(isolate_scope& here, v8::Local<v8::Context> context,
                    const v8::TryCatch& caught, errc code, bool display_errors) {
  return capture(here, context, caught.Exception(), caught.Message(), code, display_errors);
}

error capture_error(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Value> thrown, v8::Local<v8::Message> message, errc code,
                    bool display_errors) {
  return capture(here, context, thrown, message, code, display_errors);
}

error capture_error(isolate_scope& here, v8::Local<v8::Context> context,
                    v8::Local<v8::Value> thrown, errc code, bool display_errors) {
  return capture(here, context, thrown, v8::Exception::CreateMessage(here.v8(), thrown), code,
                 display_errors);
}

} // namespace troupe::js

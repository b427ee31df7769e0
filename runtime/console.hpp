#pragma once

#include "runtime/isolate.hpp"
#include "troupe/options.hpp"

#include <v8-context.h>
#include <v8-function-callback.h>

#include <cstddef>
#include <functional>
#include <string>

namespace troupe::js {

/// The `console` object of one realm: formats its arguments and hands over
/// lines. (https://console.spec.whatwg.org/#logging)
///
/// Threads:  the isolate's.
/// Lifetime: must outlive the realm.
class console {
public:
  /// `write` returns false when the script is to stop: then the method throws, to
  /// leave whatever built-in function calls it without ever looking up. What is
  /// longer than `line_max` bytes is cut.
  console(std::string context_name, std::size_t line_max,
          std::function<bool(const console_line&)> write);

  /// Puts a `console` object on the realm's global.
  void install(isolate_scope& here, v8::Local<v8::Context> context);

private:
  struct method {
    console* owner;
    console_line::stream to;
    enum class style : std::uint8_t { plain, trace, assertion } style;
  };

  static void call(const v8::FunctionCallbackInfo<v8::Value>& info);

  std::string name_;
  std::size_t line_max_;
  std::function<bool(const console_line&)> write_;
  method log_{this, console_line::stream::out, method::style::plain};
  method warn_{this, console_line::stream::err, method::style::plain};
  method trace_{this, console_line::stream::err, method::style::trace};
  method assert_{this, console_line::stream::err, method::style::assertion};
};

} // namespace troupe::js

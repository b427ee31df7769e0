#include "tests/support/realm.hpp"

#include <catch2/catch_test_macros.hpp>
#include <v8-exception.h>
#include <v8-script.h>

namespace troupe::testing {

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

std::string text_of(v8::Isolate* isolate, const v8::TryCatch& caught) {
  if (!caught.HasCaught())
    return {};
  v8::String::Utf8Value text{isolate, caught.Exception()};
  return *text != nullptr ? std::string{*text, static_cast<std::size_t>(text.length())}
                          : std::string{"?"};
}

} // namespace

realm::realm()
  : realm({.heap_bytes = 512 * mib, .array_buffer_bytes = 128 * mib, .stack_bytes = 984 * 1024}) {
}

realm::realm(const js::isolate_limits& limits)
  : isolate_(js::engine::start(), limits, std::make_shared<js::loop_waker>(),
             {[] {}, [](const char*) {}}) {
  js::isolate_scope here{isolate_};
  context_.Reset(here.v8(), v8::Context::New(here.v8()));
  isolate_.cloner().install(here.v8(), context_.Get(here.v8()));
}

realm::~realm() {
  context_.Reset();
}

result<value> realm::out(const std::string& code, js::clone_mode mode) {
  v8::Isolate::Scope this_one{isolate_.v8()}; // a test may have several
  js::isolate_scope here{isolate_};
  auto context = context_.Get(here.v8());
  v8::Context::Scope entered{context};
  v8::TryCatch caught{here.v8()};
  v8::Local<v8::String> source;
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> last;
  if (!js::to_v8_string(here.v8(), code).ToLocal(&source)
      || !v8::Script::Compile(context, source).ToLocal(&script)
      || !script->Run(context).ToLocal(&last))
    FAIL("the test's own script threw " << text_of(here.v8(), caught) << ":\n" << code);
  auto copy = js::clone_out(here, context, last, mode);
  thrown_ = text_of(here.v8(), caught);
  return copy;
}

result<value> realm::with(const value& item, const std::string& code) {
  if (!define(item))
    return error{.code = errc::uncaught_exception, .message = thrown_};
  return out(code);
}

bool realm::define(const value& item) {
  v8::Isolate::Scope this_one{isolate_.v8()}; // a test may have several
  js::isolate_scope here{isolate_};
  auto context = context_.Get(here.v8());
  v8::Context::Scope entered{context};
  v8::TryCatch caught{here.v8()};
  v8::Local<v8::Value> made;
  bool succeeded = js::clone_in(here, context, item).ToLocal(&made);
  thrown_ = text_of(here.v8(), caught);
  if (succeeded == !thrown_.empty())
    FAIL("clone_in gave " << (succeeded ? "a value" : "none") << " with the exception '"
                          << thrown_ << "'");
  if (succeeded)
    context->Global()->Set(context, v8::String::NewFromUtf8Literal(here.v8(), "v"), made).Check();
  return succeeded;
}

} // namespace troupe::testing

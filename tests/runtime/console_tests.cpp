#include "tests/support/printing.hpp"
#include "tests/support/script_host.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace troupe;
using namespace troupe::testing;
using stream = console_line::stream;

namespace {

script_host& with_console() {
  static script_host host{{.name = "tenant-42", .console = true}};
  host.lines.clear();
  return host;
}

std::string line_of(const std::string& code) {
  auto& host = with_console();
  host.value_of(code + "; 1");
  REQUIRE(host.lines.size() == 1);
  return host.lines[0].text;
}

} // namespace

TEST_CASE("without a wish for it the console is silent", "[runtime][console]") {
  script_host without; // V8 has a console of its own, for debuggers
  without.value_of("if (typeof console === 'object') console.log('unheard'); 1");
  CHECK(without.lines.empty());
}

TEST_CASE("a console line knows its context and stream", "[runtime][console]") {
  auto& host = with_console();
  host.value_of("console.log('out'); console.info('i'); console.debug('d'); console.warn('w'); "
                "console.error('e'); 1");
  REQUIRE(host.lines.size() == 5);
  for (const auto& line : host.lines)
    CHECK(line.context == "tenant-42");
  CHECK(host.lines[0].to == stream::out);
  CHECK(host.lines[2].to == stream::out);
  CHECK(host.lines[3].to == stream::err);
  CHECK(host.lines[4].to == stream::err);
}

TEST_CASE("arguments are joined by spaces, strings at the top as they are",
          "[runtime][console]") {
  CHECK(line_of("console.log('a', 1, null, [1, 'b'], {c: 2n})")
        == "a 1 null [ 1, 'b' ] { c: 2n }");
  CHECK(line_of("console.log()").empty());
  CHECK(line_of("console.log('zwei\\nzeilen ä€😀')") == "zwei\nzeilen ä€😀");
}

TEST_CASE("what cannot be cloned is shown by name", "[runtime][console]") {
  CHECK(line_of("console.log(function named() {}, () => 1, class K {})")
        == "[Function: named] [Function (anonymous)] [Function: K]");
  CHECK(line_of("console.log(Symbol('s'))") == "Symbol(s)");
  CHECK(line_of("console.log(Promise.resolve())") == "#<Promise>");
  CHECK(line_of("console.log(new Proxy({}, {get() { throw 1 }}))").size() > 0);
}

TEST_CASE("errors are shown with their stack", "[runtime][console]") {
  CHECK(line_of("console.error(new RangeError('no'))").starts_with("RangeError: no\n    at "));
}

TEST_CASE("assert writes only when it fails", "[runtime][console]") {
  auto& host = with_console();
  host.value_of("console.assert(true, 'not this'); 1");
  CHECK(host.lines.empty());
  CHECK(line_of("console.assert(false)") == "Assertion failed");
  CHECK(line_of("console.assert(0, 'why', 7)") == "Assertion failed: why 7");
  CHECK(line_of("console.assert()") == "Assertion failed");
}

TEST_CASE("trace writes where it is", "[runtime][console]") {
  auto text = line_of("(function here() { console.trace('at last') })()");
  CHECK(text.starts_with("Trace: at last\n    at here (evalmachine.<anonymous>:1:"));
}

TEST_CASE("getters that throw do not throw out of the console", "[runtime][console][A11]") {
  CHECK(line_of("console.log({get a() { throw new Error('x') }})").size() > 0);
  CHECK(line_of("console.log({toString() { throw 1 }, f() {}})").size() > 0);
}

TEST_CASE("the console keeps working when its methods are taken off", "[runtime][console]") {
  CHECK(line_of("const {log} = console; log('bare')") == "bare");
  CHECK(line_of("console.log.call(undefined, 'still')") == "still");
}

TEST_CASE("a script may replace the console", "[runtime][console]") {
  script_host host{{.console = true}};
  CHECK(host.value_of("let got; globalThis.console = {log: x => got = x}; console.log(5); got")
        == value{5});
  CHECK(host.lines.empty());
}

TEST_CASE("a line is cut before it fills the host's memory", "[runtime][console][A9]") {
  script_host host{{.heap_limit_mib = 64, .console = true}};
  host.value_of("console.log.apply(null, Array(60000).fill('x'.repeat(1 << 20))); 1"); // 60 GB
  REQUIRE(host.lines.size() == 1);
  CHECK(host.lines[0].text.size() < 17u << 20);
}

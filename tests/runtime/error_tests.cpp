#include "runtime/error_capture.hpp"
#include "troupe/error.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cctype>
#include <set>

using namespace troupe;

namespace {

constexpr auto first = static_cast<int>(errc::syntax_error);
constexpr auto last = static_cast<int>(detail::last_errc);

std::vector<errc> all_codes() {
  std::vector<errc> codes;
  for (int code = first; code <= last; ++code)
    codes.push_back(static_cast<errc>(code));
  return codes;
}

} // namespace

TEST_CASE("every code has a name of its own", "[runtime][error]") {
  std::set<std::string_view> names;
  for (auto code : all_codes())
    names.insert(code_name(code));
  CHECK(names.size() == all_codes().size());
}

TEST_CASE("every name is in the style of Node's", "[runtime][error]") {
  for (auto code : all_codes()) {
    auto name = code_name(code);
    CAPTURE(name);
    CHECK(name.starts_with("ERR_"));
    for (char c : name)
      CHECK((c == '_' || std::isupper(static_cast<unsigned char>(c)) != 0));
  }
}

TEST_CASE("every code has a sentence of its own", "[runtime][error]") {
  std::set<std::string_view> sentences;
  for (auto code : all_codes()) {
    auto sentence = describe(code);
    CAPTURE(sentence);
    CHECK(sentence.size() > 10);
    CHECK(std::isupper(static_cast<unsigned char>(sentence.front())));
    CHECK(sentence.ends_with('.'));
    sentences.insert(sentence);
  }
  CHECK(sentences.size() == all_codes().size());
}

TEST_CASE("the codes that node:vm has keep its names", "[runtime][error][S10][S11]") {
  CHECK(code_name(errc::deadline_exceeded) == "ERR_SCRIPT_EXECUTION_TIMEOUT");
  CHECK(code_name(errc::interrupted) == "ERR_SCRIPT_EXECUTION_INTERRUPTED");
}

TEST_CASE("an error prints its stack, else its code and message", "[runtime][error]") {
  error what{.code = errc::context_closed, .message = "context 'a' was closed"};
  CHECK(what.to_string() == "ERR_TROUPE_CONTEXT_CLOSED: context 'a' was closed");
  what.stack = "Error: no\n    at a.js:1:1";
  CHECK(what.to_string() == "Error: no\n    at a.js:1:1");
}

TEST_CASE("errors are equal in code and message", "[runtime][error]") {
  error a{.code = errc::cancelled, .message = "x"};
  error b{.code = errc::cancelled, .message = "x", .stack = "other"};
  error c{.code = errc::cancelled, .message = "y"};
  error d{.code = errc::interrupted, .message = "x"};
  CHECK(a == b);
  CHECK_FALSE(a == c);
  CHECK_FALSE(a == d);
}

// -- the caret ------------------------------------------------------------------------

TEST_CASE("a position shows its line and a caret", "[runtime][error][S1]") {
  CHECK(js::decorate(
          {.filename = "a.js", .line = 3, .column = 9, .width = 1, .source_line = "let x = ;"})
        == "a.js:3\nlet x = ;\n        ^\n");
}

TEST_CASE("the caret is as wide as the error", "[runtime][error][S1]") {
  CHECK(
    js::decorate(
      {.filename = "a.js", .line = 1, .column = 7, .width = 4, .source_line = "abcde fghi jkl"})
    == "a.js:1\nabcde fghi jkl\n      ^^^^\n");
}

TEST_CASE("a tab before the caret stays a tab", "[runtime][error][S1]") {
  CHECK(
    js::decorate({.filename = "a.js", .line = 1, .column = 4, .width = 1, .source_line = "\tx y"})
    == "a.js:1\n\tx y\n\t  ^\n");
}

TEST_CASE("a caret beyond the line stays at its end", "[runtime][error][S1]") {
  CHECK(
    js::decorate({.filename = "a.js", .line = 1, .column = 99, .width = 5, .source_line = "1 +"})
    == "a.js:1\n1 +\n   ^\n");
}

TEST_CASE("a caret does not reach over the end of the line", "[runtime][error][S1]") {
  CHECK(
    js::decorate({.filename = "a.js", .line = 1, .column = 3, .width = 50, .source_line = "1 ++"})
    == "a.js:1\n1 ++\n  ^^\n");
}

TEST_CASE("positions without sense still give a caret", "[runtime][error][S1]") {
  CHECK(
    js::decorate({.filename = "a.js", .line = 1, .column = -5, .width = -1, .source_line = "x"})
    == "a.js:1\nx\n^\n");
}

TEST_CASE("the column offset of the first line is taken off the caret", "[runtime][error][S2]") {
  CHECK(
    js::decorate(
      {.filename = "a.js", .line = 1, .column = 14, .width = 1, .source_line = "let x = ;"}, 6)
    == "a.js:1\nlet x = ;\n        ^\n");
}

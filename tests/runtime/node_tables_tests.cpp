// What Node prints, in tests/scripts/node_tables/*.table, against our built-ins.

#include "runtime/object_requests.hpp"
#include "tests/support/printing.hpp"
#include "tests/support/script_host.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::testing;

namespace {

const std::filesystem::path folder{TROUPE_NODE_TABLES};

struct row {
  std::string expression;
  std::string expected;
};

std::vector<row> rows_of(const std::filesystem::path& table) {
  std::ifstream in{table};
  std::vector<row> rows;
  bool open = false;
  for (std::string line; std::getline(in, line);) {
    auto rest = line.size() > 2 ? line.substr(2) : std::string{};
    if (line.starts_with("> ")) {
      rows.push_back({rest, {}});
      open = true;
    } else if (line.starts_with(". ")) {
      rows.back().expression += "\n" + rest;
    } else if (line.starts_with("= ")) {
      rows.back().expected += (open ? "" : "\n") + rest;
      open = false;
    }
  }
  return rows;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Every table in a context with everything.
void check_table(const std::string& name) {
  auto rows = rows_of(folder / (name + ".table"));
  REQUIRE_FALSE(rows.empty());
  script_host host{{.builtins = builtin_set::web() | builtin_set::node()}};
  host.value_of("globalThis.exports = {}; (function (exports) {" + text_of(folder / "evaluate.js")
                + "})(exports); 1");
  for (const auto& [expression, expected] : rows) {
    REQUIRE(host
              .ask([&, code = expression](js::environment& env, js::request_id id) {
                env.objects().set_property(id, {}, "expression", value{code});
              })
              .has_value());
    auto outcome = host.run("exports.evaluate(expression, require)");
    INFO("> " << expression);
    REQUIRE(outcome.has_value());
    CHECK(outcome->as<std::string>() == expected);
  }
}

} // namespace

TEST_CASE("assert says what Node's says", "[runtime][builtins][assert]") {
  check_table("assert");
}

TEST_CASE("Buffer does what Node's does", "[runtime][builtins][buffer]") {
  check_table("buffer");
}

TEST_CASE("events are delivered as Node's are", "[runtime][builtins][events]") {
  check_table("events");
}

TEST_CASE("inspect prints what Node's prints", "[runtime][builtins][inspect]") {
  check_table("inspect");
}

TEST_CASE("paths are as Node's are", "[runtime][builtins][path]") {
  check_table("path");
}

TEST_CASE("queries are parsed and made as by Node", "[runtime][builtins][querystring]") {
  check_table("querystring");
}

TEST_CASE("texts in pieces are decoded as by Node", "[runtime][builtins][string_decoder]") {
  check_table("string_decoder");
}

TEST_CASE("util does what Node's does", "[runtime][builtins][util]") {
  check_table("util");
}

TEST_CASE("node:vm has Node's defaults, errors and statuses",
          "[runtime][builtins][node_vm][O4]") {
  check_table("vm");
}

TEST_CASE("globals of the web are as Node's are", "[runtime][builtins][web]") {
  check_table("web");
}

TEST_CASE("deep equality sees the state of the web's classes as Node's does",
          "[runtime][builtins][assert]") {
  check_table("equality");
}

TEST_CASE("messages of assert are Node's, with their differences",
          "[runtime][builtins][assert]") {
  check_table("assert_messages");
}

TEST_CASE("partial equality and assertions with settings are as Node's are",
          "[runtime][builtins][assert]") {
  check_table("assert_class");
}

TEST_CASE("util finds differences, frames, aborts and system errors as Node's does",
          "[runtime][builtins][util]") {
  check_table("util_more");
}

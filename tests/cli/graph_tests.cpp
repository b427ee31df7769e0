// `troupe graph`.

#include "cli/graph_text.hpp"
#include "tests/cli/command.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

using namespace troupe;
using namespace troupe::cli;
using namespace troupe::cli::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

/// `edges[i]`: what module i imports.
module_graph graph_of(const std::vector<std::vector<std::size_t>>& edges) {
  module_graph graph;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    graph_module module{.identifier = "m" + std::to_string(i), .size = 10 * (i + 1)};
    for (auto target : edges[i])
      module.imports.push_back({.specifier = "./" + std::to_string(target), .target = target});
    graph.modules.push_back(std::move(module));
  }
  return graph;
}

using cycles = std::vector<std::vector<std::size_t>>;

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream{path} << content;
}

} // namespace

TEST_CASE("cycles are found, also a module that imports itself", "[cli][graph]") {
  CHECK(find_cycles(graph_of({{}, {0}, {0, 1}})).empty());
  CHECK(find_cycles(graph_of({{0}})) == cycles{{0}});
  CHECK(find_cycles(graph_of({{1}, {2}, {0}, {1, 3}})) == cycles{{0, 1, 2}, {3}});
  CHECK(find_cycles(graph_of({{1}, {0}, {3}, {2}, {0, 2}})) == cycles{{0, 1}, {2, 3}});
}

TEST_CASE("a tree unfolds each module once", "[cli][graph]") {
  auto graph = graph_of({{}, {0}, {0, 1}});
  auto text = to_tree(graph, {"leaf", "middle", "root"});
  CHECK_THAT(text, StartsWith("root  30 B\n"
                              "├─ leaf  10 B\n"
                              "└─ middle  20 B\n"
                              "   └─ leaf  (above)\n"));
  CHECK_THAT(text, ContainsSubstring("3 modules, 60 B, 0 cycles"));
}

TEST_CASE("a graph for Graphviz quotes what it shows", "[cli][graph]") {
  auto graph = graph_of({{0}});
  auto text = to_dot(graph, {"a \"b\""});
  CHECK_THAT(text, ContainsSubstring(R"(m0 [label="a \"b\"\n10 B", color=red];)"));
  CHECK_THAT(text, ContainsSubstring(R"(m0 -> m0 [label="./0"];)"));
}

TEST_CASE("names below the folder are short", "[cli][graph]") {
  module_graph graph;
  graph.modules = {{.identifier = "file:///a/b/c.mjs"}, {.identifier = "node:x"}};
  CHECK(short_names(graph, "/a/") == std::vector<std::string>{"b/c.mjs", "node:x"});
}

TEST_CASE("graph shows the modules of a file", "[cli][graph]") {
  testing::temporary_folder folder;
  write_file(folder.path() / "main.mjs", "import './a.mjs'; import d from './d.json' "
                                         "with { type: 'json' }; console.log(d.n);");
  write_file(folder.path() / "a.mjs", "import './b.mjs';");
  write_file(folder.path() / "b.mjs", "import './a.mjs'; await null;");
  write_file(folder.path() / "d.json", R"({"n": 1})");
  auto main = (folder.path() / "main.mjs").string();

  auto done = troupe_command({"graph", "--format", "json", main});
  CHECK(done.err.empty());
  REQUIRE(done.status == 0);
  // What the modules print comes first.
  REQUIRE(done.out.starts_with("1\n"));
  auto shown = nlohmann::json::parse(done.out.substr(2));
  CHECK(shown["modules"].size() == 4);
  CHECK(shown["cycles"].size() == 1);
  CHECK(shown["cycles"][0].size() == 2);
  CHECK(shown["modules"][0]["top_level_await"] == true);

  auto tree = troupe_command({"graph", main});
  CHECK(tree.status == 0);
  CHECK_THAT(tree.out, ContainsSubstring("4 modules"));
  CHECK_THAT(tree.out, ContainsSubstring("cycle: "));
  CHECK_THAT(troupe_command({"graph", "-f", "dot", main}).out,
             ContainsSubstring("digraph modules {"));
}

TEST_CASE("graph tells what is wrong", "[cli][graph]") {
  testing::temporary_folder folder;
  write_file(folder.path() / "bad.mjs", "import './gone.mjs';");
  auto bad = (folder.path() / "bad.mjs").string();
  auto done = troupe_command({"graph", bad});
  CHECK(done.status == 1);
  CHECK_THAT(done.err, ContainsSubstring("ERR_MODULE_NOT_FOUND"));
  CHECK_THAT(done.err, ContainsSubstring("gone.mjs"));
  CHECK(troupe_command({"graph"}).status == 2);
  CHECK(troupe_command({"graph", "--format", "svg", bad}).status == 2);
  write_file(folder.path() / "wait.mjs", "for (;;);");
  CHECK(troupe_command({"graph", "--timeout", "50", (folder.path() / "wait.mjs").string()}).status
        == 124);
}

// Contexts that import files: A3.

#include "tests/api/helpers.hpp"
#include "tests/support/folder_tree.hpp"
#include "troupe/file_loader.hpp"

using namespace troupe;
using namespace troupe::testing;

namespace {

context context_of(const folder_tree& tree) {
  auto loader = file_loader::open({.root = tree.path()});
  if (!loader)
    FAIL(loader.error().message);
  return new_context({.loader = *loader});
}

} // namespace

TEST_CASE("a context imports a graph of files and packages", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("main.mjs", R"(
    import { two } from './lib/two.js';
    import three from 'three';
    import data from './data.json' with { type: 'json' };
    import text from './note.txt' with { type: 'text' };
    export const sum = two + three + data.four;
    export const url = import.meta.url;
    export { text };
  )");
  tree.write("lib/two.js", "export const two = 2;");
  tree.write("node_modules/three/package.json",
             R"({"exports": {"import": "./three.mjs"}, "imports": {"#own": "./own.mjs"}})");
  tree.write("node_modules/three/three.mjs", "export { default } from '#own';");
  tree.write("node_modules/three/own.mjs", "export default 3;");
  tree.write("data.json", R"({"four": 4})");
  tree.write("note.txt", "a note");
  auto ctx = context_of(tree);
  auto exports = value_of(ctx.import("./main.mjs"));
  CHECK(exports["sum"].as<int>() == 9);
  CHECK(exports["text"].as<std::string>() == "a note");
  CHECK(exports["url"].as<std::string>() == "file://" + tree.path("main.mjs").string());
}

TEST_CASE("an import that leaves the root fails, and says so", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("main.mjs", "import 'file:///etc/hostname';");
  auto ctx = context_of(tree);
  auto what = error_of(ctx.import("./main.mjs"));
  CHECK(what.code == errc::module_refused);
  CHECK(what.message.find("/etc/hostname") != std::string::npos);
  CHECK(what.message.find("main.mjs") != std::string::npos);
  check_usable(ctx);
}

TEST_CASE("a script imports files later, relative to the root", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("lib/a.mjs", "export default 42;");
  auto ctx = context_of(tree);
  CHECK(value_of(ctx.run("import('./lib/a.mjs').then(m => m.default)")).as<int>() == 42);
  CHECK(
    value_of(ctx.run("import('./a.mjs').then(m => m.default)", {}, {.filename = "lib/job.js"}))
      .as<int>()
    == 42);
  CHECK(value_of(ctx.run("import('../../x.mjs').catch(e => e.code)")).as<std::string>()
        == "ERR_TROUPE_MODULE_REFUSED");
}

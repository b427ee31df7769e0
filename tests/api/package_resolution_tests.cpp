// Which file an import means: A3. The rows follow Node's documentation of packages and of the
// resolution algorithm (https://nodejs.org/api/packages.html, https://nodejs.org/api/esm.html).

#include "api/package_resolution.hpp"
#include "tests/support/memory_files.hpp"
#include "troupe/error.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::detail;
using namespace troupe::testing;

namespace {

const resolution_rules rules{.root = "/app", .conditions = {"node", "import"}};

/// The file, with its suffix, or the name of the error's code.
std::string resolve(memory_files& files, std::string specifier, std::string referrer = {},
                    const resolution_rules& by = rules) {
  auto resolved = resolve_module(
    {.specifier = std::move(specifier), .referrer = std::move(referrer)}, by, files);
  return resolved ? resolved->path + resolved->suffix
                  : std::string{code_name(resolved.error().code)};
}

struct row {
  std::string specifier;
  std::string expected;
};

void check_all(memory_files& files, const std::string& referrer, const std::vector<row>& rows,
               const resolution_rules& by = rules) {
  for (const auto& [specifier, expected] : rows) {
    CAPTURE(specifier, referrer);
    CHECK(resolve(files, specifier, referrer, by) == expected);
  }
}

/// A package in node_modules with that package.json, and some files.
memory_files package_with(const std::string& json) {
  return {
    {"/app/main.mjs", ""},
    {"/app/node_modules/p/package.json", json},
    {"/app/node_modules/p/index.js", ""},
    {"/app/node_modules/p/a.mjs", ""},
    {"/app/node_modules/p/b.mjs", ""},
    {"/app/node_modules/p/lib/x.mjs", ""},
    {"/app/node_modules/p/lib/y.mjs", ""},
    {"/app/node_modules/p/lib/deep/z.mjs", ""},
    {"/app/node_modules/p/secret/s.mjs", ""},
    {"/app/node_modules/q/package.json", R"({"exports": {".": "./q.mjs", "./sub": "./s.mjs"}})"},
    {"/app/node_modules/q/q.mjs", ""},
    {"/app/node_modules/q/s.mjs", ""}};
}

void check_package(const std::string& json, const std::vector<row>& rows) {
  INFO("package.json: " << json);
  auto files = package_with(json);
  check_all(files, "file:///app/main.mjs", rows);
}

constexpr auto not_found = "ERR_MODULE_NOT_FOUND";
constexpr auto invalid_specifier = "ERR_INVALID_MODULE_SPECIFIER";
constexpr auto invalid_config = "ERR_INVALID_PACKAGE_CONFIG";
constexpr auto invalid_target = "ERR_INVALID_PACKAGE_TARGET";
constexpr auto not_exported = "ERR_PACKAGE_PATH_NOT_EXPORTED";
constexpr auto not_defined = "ERR_PACKAGE_IMPORT_NOT_DEFINED";
constexpr auto is_folder = "ERR_UNSUPPORTED_DIR_IMPORT";
constexpr auto refused = "ERR_TROUPE_MODULE_REFUSED";

} // namespace

TEST_CASE("paths and file: URLs are resolved against the importer", "[api][resolution][A3]") {
  memory_files files{{"/app/main.mjs", ""},     {"/app/lib/a.mjs", ""},
                     {"/app/lib/b.mjs", ""},    {"/app/with space.mjs", ""},
                     {"/app/per%cent.mjs", ""}, {"/app/\xC3\xA9.mjs", ""},
                     {"/app/what?.mjs", ""},    {"/app/lib/sub/c.mjs", ""}};
  check_all(files, "file:///app/lib/a.mjs",
            {{"./b.mjs", "/app/lib/b.mjs"},
             {"../main.mjs", "/app/main.mjs"},
             {"./sub/../b.mjs", "/app/lib/b.mjs"},
             {".//b.mjs", "/app/lib/b.mjs"},
             {"./sub//c.mjs", "/app/lib/sub/c.mjs"},
             {"/app/main.mjs", "/app/main.mjs"},
             {"file:///app/main.mjs", "/app/main.mjs"},
             {"file:/app/main.mjs", "/app/main.mjs"},
             {"file://localhost/app/main.mjs", "/app/main.mjs"},
             {"FILE:///app/main.mjs", "/app/main.mjs"},
             {"./b.mjs?v=1#top", "/app/lib/b.mjs?v=1#top"},
             {"./b.mjs#top", "/app/lib/b.mjs#top"},
             {"../with space.mjs", "/app/with space.mjs"},
             {"../with%20space.mjs", "/app/with space.mjs"},
             {"../per%25cent.mjs", "/app/per%cent.mjs"},
             {"../\xC3\xA9.mjs", "/app/\xC3\xA9.mjs"},
             {"../%C3%A9.mjs", "/app/\xC3\xA9.mjs"},
             {"../what%3F.mjs", "/app/what?.mjs"},
             {"./%62.mjs", "/app/lib/b.mjs"},
             {"..\\lib\\b.mjs", invalid_specifier}, // begins with no ./
             {"./..\\main.mjs", "/app/main.mjs"},   // as in any URL
             {"./b", not_found},
             {"./none.mjs", not_found},
             {"./b.mjs/", not_found},
             {"./sub", is_folder},
             {"./sub/", is_folder},
             {".", is_folder},
             {"..", is_folder},
             {"./", is_folder}});
}

TEST_CASE("an importer that is no file of the root is taken as what it can be",
          "[api][resolution][A3]") {
  memory_files files{{"/app/a.mjs", ""},
                     {"/app/lib/a.mjs", ""},
                     {"/app/node_modules/p/index.js", ""},
                     {"/app/node_modules/https:/p.mjs", ""}};
  struct importer {
    const char* referrer;
    const char* relative;
    const char* bare;
  };
  const auto* package = "/app/node_modules/p/index.js";
  for (auto [referrer, relative, bare] : std::vector<importer>{
         {"", "/app/a.mjs", package},
         {"job.js", "/app/a.mjs", package},
         {"lib/job.js", "/app/lib/a.mjs", package},
         {"../../job.js", "/app/a.mjs", package},
         {"evalmachine.<anonymous>", "/app/a.mjs", package},
         {"vm:module(0)", "/app/a.mjs", package},
         {"/app/lib/x.js", "/app/lib/a.mjs", package},
         {"/app/lib/", "/app/lib/a.mjs", package},
         {"file:///app/", "/app/a.mjs", package},
         {"https://example.com/lib/x.mjs", not_found, package},
         {"node:fs", "/app/a.mjs", package},
         {"file:///elsewhere/x.mjs", not_found, not_found},
         {"/elsewhere/x.mjs", not_found, not_found},
         {"file://host/app/x.mjs", not_found, not_found},
         {"/app/../elsewhere/x.mjs", not_found, not_found},
       }) {
    CAPTURE(referrer);
    CHECK(resolve(files, "./a.mjs", referrer) == relative);
    CHECK(resolve(files, "p", referrer) == bare);
  }
}

TEST_CASE("nothing outside of the root is resolved, nor looked at", "[api][resolution][A3]") {
  memory_files files{{"/app/a.mjs", ""}, {"/apple/a.mjs", ""}, {"/etc/passwd", ""}};
  check_all(files, "file:///app/a.mjs",
            {{"../etc/passwd", refused},
             {"../../../../etc/passwd", refused},
             {"/etc/passwd", refused},
             {"/etc/none", refused},
             {"file:///etc/passwd", refused},
             {"//etc/passwd", invalid_specifier},
             {"/..//etc/passwd", refused},
             {"../apple/a.mjs", refused},
             {"../app", is_folder},
             {"/", refused},
             {"./%2e%2e/etc/passwd", refused},
             {"./.%2E/etc/passwd", refused},
             {"./..\\etc\\passwd", refused},
             {"./\t../etc/passwd", refused},
             {"./.\n./etc/passwd", refused},
             {"file:///app/../etc/passwd", refused},
             {"file:///app/%2e%2e/etc/passwd", refused},
             {"./..%2fetc/passwd", invalid_specifier},
             {"./..%5Cetc/passwd", invalid_specifier},
             {"./a%00.mjs", invalid_specifier},
             {std::string{"./a.mjs\0.txt", 12}, invalid_specifier},
             {"file://host/app/a.mjs", invalid_specifier}});
  memory_files untouched{{"/etc/passwd", ""}};
  for (const auto* outside : {"/etc/passwd", "file:///etc/passwd", "../../etc/passwd"})
    CHECK(resolve(untouched, outside, "file:///app/a.mjs") == refused);
  CHECK(untouched.looks() == 0);
}

TEST_CASE("what is no file of this machine is left to other loaders", "[api][resolution][A3]") {
  memory_files files{{"/app/a.mjs", ""}};
  check_all(files, "file:///app/a.mjs",
            {{"node:fs", not_found},
             {"fs", not_found},
             {"https://example.com/a.mjs", not_found},
             {"data:text/javascript,1", not_found},
             {"custom:thing", not_found}});
  auto node =
    resolve_module({.specifier = "node:fs", .referrer = "file:///app/a.mjs"}, rules, files);
  REQUIRE_FALSE(node);
  CHECK(node.error().message
        == "cannot find module 'node:fs' imported from 'file:///app/a.mjs': modules built into "
           "Node are not files");
}

TEST_CASE("devices, links out of the root and what the system refuses are no modules",
          "[api][resolution][A3]") {
  memory_files files{{"/app/a.mjs", ""}};
  files.add("/app/pipe.mjs", file_kind::special);
  files.add("/app/link.mjs", file_kind::outside);
  files.add("/app/secret.mjs", file_kind::unreadable);
  files.add("/app/node_modules/p", file_kind::outside);
  check_all(files, "file:///app/a.mjs",
            {{"./pipe.mjs", refused},
             {"./link.mjs", refused},
             {"./secret.mjs", "ERR_TROUPE_MODULE_UNREADABLE"},
             {"p", refused},
             {"p/x.mjs", refused}});
}

TEST_CASE("extensions and index files are guessed only when that is wanted",
          "[api][resolution][A3]") {
  memory_files files{{"/app/a.mjs", ""},
                     {"/app/a.js", ""},
                     {"/app/lib/index.js", ""},
                     {"/app/node_modules/p/package.json", R"({"exports": {"./*": "./*"}})"},
                     {"/app/node_modules/p/x.mjs", ""},
                     {"/app/node_modules/q/x.mjs", ""}};
  auto guessing = rules;
  guessing.guessed_extensions = {".mjs", ".js"};
  check_all(files, "file:///app/a.mjs",
            {{"./a", not_found}, {"./lib", is_folder}, {"q/x", not_found}});
  check_all(files, "file:///app/a.mjs",
            {{"./a", "/app/a.mjs"},
             {"./a.js", "/app/a.js"},
             {"./a?v", "/app/a.mjs?v"},
             {"./lib", "/app/lib/index.js"},
             {"./b", not_found},
             {"q/x", "/app/node_modules/q/x.mjs"},
             {"p/x", not_found}}, // what a package exports is exact
            guessing);
}

TEST_CASE("a package is looked for in every node_modules up to the root",
          "[api][resolution][A3]") {
  memory_files files{{"/app/lib/deep/a.mjs", ""},
                     {"/app/node_modules/top/index.js", ""},
                     {"/app/lib/node_modules/middle/index.js", ""},
                     {"/app/lib/deep/node_modules/near/index.js", ""},
                     {"/app/node_modules/near/index.js", ""},
                     {"/app/node_modules/@scope/name/index.js", ""},
                     {"/app/node_modules/@scope/name/x.mjs", ""},
                     {"/app/node_modules/file", "a file, no package"},
                     {"/node_modules/above/index.js", ""}};
  check_all(files, "file:///app/lib/deep/a.mjs",
            {{"top", "/app/node_modules/top/index.js"},
             {"middle", "/app/lib/node_modules/middle/index.js"},
             {"near", "/app/lib/deep/node_modules/near/index.js"},
             {"@scope/name", "/app/node_modules/@scope/name/index.js"},
             {"@scope/name/x.mjs", "/app/node_modules/@scope/name/x.mjs"},
             {"@scope/name/none.mjs", not_found},
             {"file", not_found},
             {"above", not_found},
             {"none", not_found},
             {"none/x.mjs", not_found}});
  auto none =
    resolve_module({.specifier = "none", .referrer = "file:///app/lib/a.mjs"}, rules, files);
  REQUIRE_FALSE(none);
  CHECK(none.error().message
        == "cannot find package 'none' for 'none' imported from 'file:///app/lib/a.mjs': looked "
           "in /app/lib/node_modules, /app/node_modules");
}

TEST_CASE("names that no package can have are refused", "[api][resolution][A3]") {
  memory_files files{{"/app/a.mjs", ""}, {"/app/node_modules/p/index.js", ""}};
  check_all(files, "file:///app/a.mjs",
            {{"", invalid_specifier},
             {".p", invalid_specifier},
             {"...", invalid_specifier},
             {"p\\x", invalid_specifier},
             {"%70", invalid_specifier},
             {"@scope", invalid_specifier},
             {"@scope/", invalid_specifier},
             {"@scope/..", invalid_specifier},
             {"@scope/./x", invalid_specifier},
             {std::string{"p\0q", 3}, invalid_specifier},
             {std::string(20'000, 'a'), invalid_specifier},
             {"./" + std::string(20'000, 'a'), invalid_specifier}});
}

TEST_CASE("without exports a package gives its main module and any path",
          "[api][resolution][A3]") {
  check_package("{}", {{"p", "/app/node_modules/p/index.js"},
                       {"p/a.mjs", "/app/node_modules/p/a.mjs"},
                       {"p/lib/x.mjs?v", "/app/node_modules/p/lib/x.mjs?v"},
                       {"p/a", not_found},
                       {"p/lib", is_folder},
                       {"p/", is_folder},
                       {"p/../q/q.mjs", "/app/node_modules/q/q.mjs"},
                       {"p/../../../../etc/passwd", refused}});
  check_package(R"({"main": "a.mjs"})", {{"p", "/app/node_modules/p/a.mjs"}});
  check_package(R"({"main": "./lib/x.mjs"})", {{"p", "/app/node_modules/p/lib/x.mjs"}});
  check_package(R"({"main": "index"})", {{"p", "/app/node_modules/p/index.js"}});
  check_package(R"({"main": "none.mjs"})", {{"p", "/app/node_modules/p/index.js"}});
  for (const auto* json : {R"({"main": 7})", "[]", "7", "null", R"("a.mjs")"})
    check_package(json, {{"p", "/app/node_modules/p/index.js"}});
  check_package(R"({"main": "../../../../etc/passwd"})", {{"p", refused}});
  check_package(R"({"exports": null, "main": "a.mjs"})", {{"p", "/app/node_modules/p/a.mjs"}});
}

TEST_CASE("main may be a folder with an index", "[api][resolution][A3]") {
  memory_files files{{"/app/node_modules/p/package.json", R"({"main": "dist"})"},
                     {"/app/node_modules/p/dist/index.js", ""},
                     {"/app/node_modules/empty/package.json", R"({"main": "dist"})"}};
  CHECK(resolve(files, "p") == "/app/node_modules/p/dist/index.js");
  CHECK(resolve(files, "empty") == not_found);
}

TEST_CASE("exports may be one target for the main module", "[api][resolution][A3]") {
  const std::string a = "/app/node_modules/p/a.mjs";
  for (const auto* json :
       {R"({"exports": "./a.mjs", "main": "./b.mjs"})", R"({"exports": {".": "./a.mjs"}})",
        R"({"exports": ["./a.mjs", "./b.mjs"]})",
        R"({"exports": {"import": "./a.mjs", "default": "./b.mjs"}})",
        R"({"exports": {".": {"import": "./a.mjs"}}})",
        R"({"exports": {".": [{"none": "./b.mjs"}, "./a.mjs"]}})"})
    check_package(json, {{"p", a}, {"p/a.mjs", not_exported}, {"p/package.json", not_exported}});
}

TEST_CASE("exports hide what they do not name", "[api][resolution][A3]") {
  check_package(R"({"exports": {".": "./a.mjs", "./sub": "./lib/x.mjs", "./none": "./none.mjs",
                                "./package.json": "./package.json", "./folder": "./lib"}})",
                {{"p", "/app/node_modules/p/a.mjs"},
                 {"p/sub", "/app/node_modules/p/lib/x.mjs"},
                 {"p/package.json", "/app/node_modules/p/package.json"},
                 {"p/none", not_found},
                 {"p/folder", is_folder},
                 {"p/sub/", invalid_specifier},
                 {"p/sub?v", not_exported},
                 {"p/b.mjs", not_exported},
                 {"p/../p/b.mjs", not_exported},
                 {"p/", invalid_specifier}});
  check_package(R"({"exports": {"./sub": "./a.mjs"}})", {{"p", not_exported}});
  check_package(R"({"exports": {}})", {{"p", not_exported}, {"p/a.mjs", not_exported}});
  check_package(R"({"exports": []})", {{"p", not_exported}});
}

TEST_CASE("conditions count in the order of the file", "[api][resolution][A3]") {
  const std::string a = "/app/node_modules/p/a.mjs";
  check_package(R"({"exports": {"import": "./a.mjs", "node": "./b.mjs"}})", {{"p", a}});
  check_package(R"({"exports": {"node": "./a.mjs", "import": "./b.mjs"}})", {{"p", a}});
  check_package(R"({"exports": {"default": "./a.mjs", "import": "./b.mjs"}})", {{"p", a}});
  check_package(R"({"exports": {"require": "./b.mjs", "import": "./a.mjs"}})", {{"p", a}});
  check_package(R"({"exports": {"require": "./b.mjs"}})", {{"p", not_exported}});
  check_package(R"({"exports": {"node": {"require": "./b.mjs"}, "default": "./a.mjs"}})",
                {{"p", a}});
  check_package(R"({"exports": {"node": {"import": {"default": "./a.mjs"}}}})", {{"p", a}});
  check_package(R"({"exports": {"node": null, "default": "./a.mjs"}})", {{"p", not_exported}});
  check_package(R"({"exports": {"import": "./b.mjs", "node": "./b.mjs", "import": "./a.mjs"}})",
                {{"p", a}}); // as JSON.parse has it
}

TEST_CASE("conditions are those that the user wants", "[api][resolution][A3]") {
  auto files = package_with(R"({"exports": {"development": "./a.mjs", "default": "./b.mjs"}})");
  CHECK(resolve(files, "p") == "/app/node_modules/p/b.mjs");
  CHECK(resolve(files, "p", {}, {.root = "/app", .conditions = {"development"}})
        == "/app/node_modules/p/a.mjs");
}

TEST_CASE("patterns match by their longest beginning", "[api][resolution][A3]") {
  const std::string lib = "/app/node_modules/p/lib/";
  check_package(R"({"exports": {"./*": "./*.mjs", "./f/*": "./lib/*.mjs", "./f/x": "./a.mjs",
                                "./f/secret/*": null, "./g/*.js": "./lib/*.mjs",
                                "./g/*": "./b.mjs", "./twice/*": "./lib/*/*.mjs",
                                "./*/two/*": "./a.mjs"}})",
                {{"p/a", "/app/node_modules/p/a.mjs"},
                 {"p/f/x", "/app/node_modules/p/a.mjs"},
                 {"p/f/y", lib + "y.mjs"},
                 {"p/f/deep/z", lib + "deep/z.mjs"},
                 {"p/f/secret/s", not_exported},
                 {"p/f/", invalid_specifier},
                 {"p/g/x.js", lib + "x.mjs"},
                 {"p/g/x", "/app/node_modules/p/b.mjs"},
                 {"p/g/.js", "/app/node_modules/p/b.mjs"}, // * stands for something
                 {"p/twice/deep", not_found},
                 {"p/x/two/y", not_found}, // keys with two * match nothing; ./* does
                 {"p/*", not_found}});
}

TEST_CASE("patterns do not lead out of the package", "[api][resolution][A3]") {
  check_package(R"({"exports": {"./f/*": "./lib/*"}})",
                {{"p/f/x.mjs", "/app/node_modules/p/lib/x.mjs"},
                 {"p/f/../secret/s.mjs", invalid_specifier},
                 {"p/f/%2e%2e/secret/s.mjs", invalid_specifier},
                 {"p/f/./x.mjs", invalid_specifier},
                 {"p/f//x.mjs", invalid_specifier},
                 {"p/f/deep\\..\\x.mjs", invalid_specifier},
                 {"p/f/node_modules/x.mjs", invalid_specifier},
                 {"p/f/NODE_M%6fdules/x.mjs", invalid_specifier},
                 {"p/f/..%2fx.mjs", invalid_specifier}});
}

TEST_CASE("targets must be paths within the package", "[api][resolution][A3]") {
  for (const auto* target :
       {R"("a.mjs")", R"("/app/a.mjs")", R"("../q/q.mjs")", R"("./../q/q.mjs")",
        R"("./lib/../../q")", R"("./%2e%2e/q/q.mjs")", R"("./node_modules/x.mjs")",
        R"("./Node_Modules/x.mjs")", R"("./lib//x.mjs")", R"("./lib/")", R"("./")",
        R"("file:///app/main.mjs")", R"("q")", R"("./lib\\..\\a.mjs")", R"("")", R"(["q"])",
        R"([7, "q"])"}) {
    check_package(std::string{R"({"exports": )"} + target + "}", {{"p", invalid_target}});
    check_package(std::string{R"({"exports": {"./sub": )"} + target + "}}",
                  {{"p/sub", invalid_target}});
  }
  for (const auto* target : {"7", "true", "false"}) {
    check_package(std::string{R"({"exports": )"} + target + "}", {{"p", not_exported}});
    check_package(std::string{R"({"exports": {"./sub": )"} + target + "}}",
                  {{"p/sub", invalid_target}});
  }
  check_package(R"({"exports": "./a%2fb.mjs"})", {{"p", invalid_specifier}});
  check_package(R"({"exports": "./a%00.mjs"})", {{"p", invalid_specifier}});
}

TEST_CASE("of a list the first valid target counts, whether or not it is there",
          "[api][resolution][A3]") {
  check_package(R"({"exports": ["q", "./none.mjs", "./a.mjs"]})", {{"p", not_found}});
  check_package(R"({"exports": ["q", {"none": "./b.mjs"}, "./a.mjs"]})",
                {{"p", "/app/node_modules/p/a.mjs"}});
  check_package(R"({"exports": [null, "./a.mjs"]})", {{"p", "/app/node_modules/p/a.mjs"}});
  check_package(R"({"exports": ["q", null]})", {{"p", not_exported}});
  check_package(R"({"exports": [null, "q"]})", {{"p", invalid_target}});
}

TEST_CASE("a package.json that makes no sense is told", "[api][resolution][A3]") {
  for (const auto* json : {"", "{", "[", R"({"exports": "./a.mjs",})",
                           R"({"exports": {".": "./a.mjs", "import": "./a.mjs"}})",
                           R"({"exports": {"0": "./a.mjs"}})",
                           R"({"exports": {".": {"import": "./a.mjs", "12": "./a.mjs"}}})"})
    check_package(json, {{"p", invalid_config}});
  auto deep = [](const std::string& open, const std::string& close, int levels) {
    std::string text = R"({"exports": )";
    for (int i = 0; i < levels; ++i)
      text += open;
    text += R"("./a.mjs")";
    for (int i = 0; i < levels; ++i)
      text += close;
    return text + "}";
  };
  check_package(deep("[", "]", 90), {{"p", "/app/node_modules/p/a.mjs"}});
  check_package(deep("[", "]", 100'000), {{"p", invalid_config}});
  check_package(deep(R"({"node":)", "}", 100'000), {{"p", invalid_config}});

  auto files = package_with("{");
  auto what =
    resolve_module({.specifier = "p", .referrer = "file:///app/main.mjs"}, rules, files);
  REQUIRE_FALSE(what);
  CHECK(what.error().message
        == "'p' imported from 'file:///app/main.mjs': /app/node_modules/p/package.json: it does "
           "not parse as JSON, at byte 2");
}

TEST_CASE("a target does not grow without bound", "[api][resolution][A3]") {
  std::string stars(10'000, '*');
  check_package(R"({"exports": {"./*": "./)" + stars + R"("}})",
                {{"p/" + std::string(10'000, 'x'), invalid_target}});
}

TEST_CASE("a package can import itself by its name when it has exports",
          "[api][resolution][A3]") {
  memory_files files{{"/app/package.json", R"({"name": "me", "exports": {".": "./main.mjs",
                                              "./x": "./lib/x.mjs"}})"},
                     {"/app/main.mjs", ""},
                     {"/app/lib/x.mjs", ""},
                     {"/app/inner/package.json", R"({"name": "inner"})"},
                     {"/app/inner/a.mjs", ""},
                     {"/app/node_modules/me/index.js", ""},
                     {"/app/node_modules/p/a.mjs", ""}};
  check_all(
    files, "file:///app/lib/x.mjs",
    {{"me", "/app/main.mjs"}, {"me/x", "/app/lib/x.mjs"}, {"me/lib/x.mjs", not_exported}});
  // Others have another package.json, or none because theirs would be in node_modules.
  check_all(files, "file:///app/inner/a.mjs",
            {{"me", "/app/node_modules/me/index.js"}, {"inner", not_found}});
  check_all(files, "file:///app/node_modules/p/a.mjs", {{"me", "/app/node_modules/me/index.js"}});
}

TEST_CASE("imports map names within a package", "[api][resolution][A3]") {
  memory_files files{
    {"/app/package.json", R"({"imports": {
                        "#a": "./lib/a.mjs", "#lib/*": "./lib/*.mjs", "#lib/hidden": null,
                        "#dep": "q", "#dep/*": "q/*", "#when": {"none": "./x", "node": "q/sub"},
                        "#never": {"none": "./x"}, "#up": "../x.mjs", "#root": "/app/lib/a.mjs",
                        "#url": "file:///app/lib/a.mjs", "#node": "node:fs", "#gone": "none",
                        "#out": "./../x.mjs", "#list": ["../x", "./lib/a.mjs"], "#bad": "%70",
                        "#/slash": "./lib/a.mjs"}})"},
    {"/app/lib/a.mjs", ""},
    {"/app/inner/package.json", "{}"},
    {"/app/inner/b.mjs", ""},
    {"/app/node_modules/q/package.json", R"({"exports": {".": "./q.mjs", "./sub": "./s.mjs"}})"},
    {"/app/node_modules/q/q.mjs", ""},
    {"/app/node_modules/q/s.mjs", ""},
    {"/app/node_modules/r/a.mjs", ""}};
  check_all(files, "file:///app/lib/a.mjs",
            {{"#a", "/app/lib/a.mjs"},
             {"#lib/a", "/app/lib/a.mjs"},
             {"#lib/hidden", not_defined},
             {"#lib/../a", invalid_specifier},
             {"#dep", "/app/node_modules/q/q.mjs"},
             {"#dep/sub", "/app/node_modules/q/s.mjs"},
             {"#dep/none", not_exported},
             {"#when", "/app/node_modules/q/s.mjs"},
             {"#never", not_defined},
             {"#none", not_defined},
             {"#a/", invalid_specifier},
             {"#up", invalid_target},
             {"#root", invalid_target},
             {"#url", invalid_target},
             {"#node", invalid_target},
             {"#out", invalid_target},
             {"#gone", not_found},
             {"#bad", invalid_specifier},
             {"#list", "/app/lib/a.mjs"},
             {"#", invalid_specifier},
             {"#/slash", invalid_specifier}});
  check_all(files, "file:///app/inner/b.mjs", {{"#a", not_defined}});
  check_all(files, "file:///app/node_modules/r/a.mjs", {{"#a", not_defined}});
}

TEST_CASE("the root may be the whole file system", "[api][resolution][A3]") {
  memory_files files{{"/etc/x.mjs", ""},
                     {"/x.mjs", ""},
                     {"/package.json", R"({"name": "all", "exports": "./x.mjs"})"},
                     {"/node_modules/p/index.js", ""}};
  check_all(files, "file:///etc/x.mjs",
            {{"../x.mjs", "/x.mjs"},
             {"../../../x.mjs", "/x.mjs"},
             {"p", "/node_modules/p/index.js"},
             {"all", "/x.mjs"},
             {"/", is_folder}},
            {.root = "/", .conditions = {}});
}

TEST_CASE("messages of packages name specifier, importer and package.json",
          "[api][resolution][A3]") {
  auto files = package_with(R"({"exports": {"./bad": "../x.mjs", "./good": "./a.mjs"}})");
  auto message = [&](const char* specifier) {
    auto what =
      resolve_module({.specifier = specifier, .referrer = "file:///app/main.mjs"}, rules, files);
    return what ? "" : what.error().message;
  };
  CHECK(message("p/none")
        == "'p/none' imported from 'file:///app/main.mjs': \"exports\" in "
           "'/app/node_modules/p/package.json' do not have './none'");
  CHECK(
    message("p")
    == "'p' imported from 'file:///app/main.mjs': no \"exports\" main for these conditions in "
       "'/app/node_modules/p/package.json'");
  CHECK(message("p/bad")
        == "'p/bad' imported from 'file:///app/main.mjs': target '../x.mjs' of './bad' does not "
           "begin with \"./\" in '/app/node_modules/p/package.json'");
  CHECK(message("../x.mjs")
        == "module '../x.mjs' imported from 'file:///app/main.mjs' lies outside of the root "
           "'/app': '/x.mjs'");
}

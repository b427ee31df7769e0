// Import maps (https://html.spec.whatwg.org/multipage/webappapis.html#import-maps): A3.

#include "tests/api/helpers.hpp"
#include "troupe/function_loader.hpp"
#include "troupe/import_map_loader.hpp"
#include "troupe/memory_loader.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::testing;

namespace {

constexpr auto base = "https://example.com/app/";

/// Gives whatever it is asked for, under the specifier it is asked with.
std::shared_ptr<module_loader> echo() {
  return make_loader([](module_request request) { return module_source{request.specifier, ""}; });
}

struct row {
  std::string specifier;
  std::string expected; ///< Or the name of the error's code.
};

void check_all(std::string_view map, const std::string& referrer, const std::vector<row>& rows) {
  auto made = import_map_loader::make(map, base, echo());
  if (!made)
    FAIL(made.error().message);
  for (const auto& [specifier, expected] : rows) {
    CAPTURE(specifier, referrer);
    module_request request{.specifier = specifier, .referrer = referrer};
    auto answer = answer_of((*made)->load(request));
    CHECK((answer ? answer->identifier() : std::string{code_name(answer.error().code)})
          == expected);
    auto found = (*made)->find(request);
    REQUIRE(found);
    CHECK(found->has_value() == answer.has_value());
  }
}

constexpr auto forbidden = "ERR_INVALID_MODULE_SPECIFIER";

} // namespace

TEST_CASE("an import map names bare specifiers and beginnings of them", "[api][import_map][A3]") {
  check_all(R"({"imports": {
      "a": "/lib/a.mjs", "b/": "./b/", "b/special.mjs": "./c.mjs", "far": "https://other.org/x.mjs",
      "./local.mjs": "./moved.mjs", "https://example.com/old.mjs": "./new.mjs",
      "null": null, "bare": "bare", "number": 7, "slash/": "./noslash", "": "./empty.mjs",
      "b/deeper/": "./d/", "custom:x/": "./y/"}})",
            "https://example.com/app/main.mjs",
            {{"a", "https://example.com/lib/a.mjs"},
             {"b/x.mjs", "https://example.com/app/b/x.mjs"},
             {"b/special.mjs", "https://example.com/app/c.mjs"},
             {"b/deeper/x.mjs", "https://example.com/app/d/x.mjs"},
             {"b/", "https://example.com/app/b/"},
             {"b", "b"},
             {"b/../x.mjs", forbidden},
             {"b/%2e%2e/x.mjs", forbidden},
             {"b//x.mjs", forbidden},
             {"far", "https://other.org/x.mjs"},
             {"./local.mjs", "https://example.com/app/moved.mjs"},
             {"/app/local.mjs", "https://example.com/app/moved.mjs"},
             {"https://example.com/old.mjs", "https://example.com/app/new.mjs"},
             {"./other.mjs", "./other.mjs"},
             {"null", forbidden},
             {"bare", forbidden},
             {"number", forbidden},
             {"slash/x", forbidden},
             {"custom:x/z", "custom:x/z"}, // only special schemes have beginnings
             {"unknown", "unknown"}});
}

TEST_CASE("the narrowest scope of the importer comes first", "[api][import_map][A3]") {
  constexpr auto map = R"({"imports": {"a": "./a.mjs", "b": "./b.mjs"},
    "scopes": {"./old/": {"a": "./a1.mjs", "c": "./c1.mjs"},
               "./old/very/": {"a": "./a0.mjs"},
               "./one.mjs": {"a": "./a7.mjs"},
               "https://[bad": {"a": "./never.mjs"}}})";
  check_all(map, "https://example.com/app/main.mjs",
            {{"a", "https://example.com/app/a.mjs"}, {"c", "c"}});
  check_all(map, "https://example.com/app/old/main.mjs",
            {{"a", "https://example.com/app/a1.mjs"},
             {"b", "https://example.com/app/b.mjs"},
             {"c", "https://example.com/app/c1.mjs"}});
  check_all(map, "https://example.com/app/old/very/main.mjs",
            {{"a", "https://example.com/app/a0.mjs"}, {"c", "https://example.com/app/c1.mjs"}});
  check_all(map, "https://example.com/app/one.mjs", {{"a", "https://example.com/app/a7.mjs"}});
  check_all(map, "https://example.com/app/one.mjs.map", {{"a", "https://example.com/app/a.mjs"}});
  check_all(map, "", {{"a", "https://example.com/app/a.mjs"}});
}

TEST_CASE("what is no import map is refused", "[api][import_map][A3]") {
  for (const auto* map : {"", "[]", "7", "{", R"({"imports": []})", R"({"scopes": 7})",
                          R"({"scopes": {"./x/": []}})", R"({"integrity": ""})"}) {
    CAPTURE(map);
    auto made = import_map_loader::make(map, base, echo());
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::invalid_argument);
  }
  CHECK_FALSE(import_map_loader::make("{}", "no URL", echo()));
  auto leads_nowhere = import_map_loader::make("{}", base, nullptr);
  REQUIRE_FALSE(leads_nowhere);
  CHECK(leads_nowhere.error().code == errc::invalid_argument);
  CHECK(import_map_loader::make(R"({"unknown": 1})", base, echo()));
}

TEST_CASE("a mapped module comes from the other loader, with the attributes asked for",
          "[api][import_map][A3]") {
  auto modules = std::make_shared<memory_loader>(
    memory_loader::sources{{"app:/data.json", "[1]"}, {"app:/lib/a.mjs", "1"}});
  auto made = import_map_loader::make(R"({"imports": {"data": "./data.json", "lib/": "./lib/"}})",
                                      "app:/", modules);
  REQUIRE(made);
  auto data = value_of((*made)->load({.specifier = "data", .attributes = {{"type", "json"}}}));
  CHECK(data.kind() == module_kind::json);
  CHECK(data.identifier() == "app:/data.json");
  CHECK(value_of((*made)->load({.specifier = "lib/a.mjs"})).content() == "1");
  auto what = error_of((*made)->load({.specifier = "lib/../../x", .referrer = "main"}));
  CHECK(what.message.starts_with("'lib/../../x' imported from 'main': the import map"));
}

// Modules from memory: A3.

#include "tests/api/helpers.hpp"
#include "troupe/memory_loader.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <thread>

using namespace troupe;
using namespace troupe::testing;

namespace {

module_request import_of(std::string specifier, std::string referrer = {}) {
  return {.specifier = std::move(specifier), .referrer = std::move(referrer)};
}

module_request import_as(const char* type, std::string specifier) {
  return {.specifier = std::move(specifier), .attributes = {{"type", type}}};
}

module_source found(memory_loader& loader, const module_request& request) {
  auto answer = loader.find(request);
  REQUIRE(answer.has_value());
  if (!*answer)
    FAIL(answer->error().message);
  return **std::move(answer);
}

error refused(memory_loader& loader, const module_request& request) {
  auto answer = loader.find(request);
  REQUIRE(answer.has_value());
  if (*answer)
    FAIL("found " << (*answer)->identifier());
  return answer->error();
}

} // namespace

TEST_CASE("a relative specifier is resolved against its referrer's identifier",
          "[api][memory_loader][A3]") {
  struct row {
    const char* specifier;
    const char* referrer;
    const char* identifier;
  };
  auto [specifier, referrer, identifier] = GENERATE(values<row>({
    {"./main.mjs", "", "main.mjs"},
    {"main.mjs", "", "main.mjs"},
    {"./b.mjs", "main.mjs", "b.mjs"},
    {"./b.mjs", "lib/a.mjs", "lib/b.mjs"},
    {"../b.mjs", "lib/a.mjs", "b.mjs"},
    {"../../../b.mjs", "lib/a.mjs", "b.mjs"},
    {"./x/.././/b.mjs", "lib/a.mjs", "lib/b.mjs"},
    {"./b.mjs?v=1/../2", "lib/a.mjs?v=/3/", "lib/b.mjs?v=1/../2"},
    {"/b.mjs", "/lib/a.mjs", "/b.mjs"},
    {"./b.mjs", "/lib/a.mjs", "/lib/b.mjs"},
    {"../../b.mjs", "/lib/a.mjs", "/b.mjs"},
    {"./b.mjs", "https://example.com/lib/a.mjs", "https://example.com/lib/b.mjs"},
    {"../../../b.mjs", "https://example.com/lib/a.mjs", "https://example.com/b.mjs"},
    {"/b.mjs", "https://example.com/lib/a.mjs", "https://example.com/b.mjs"},
    {"./b.mjs", "https://example.com", "https://example.com/b.mjs"},
    {"./b.mjs", "app:/lib/a.mjs", "app:/lib/b.mjs"},
    {"../b.mjs", "file:///lib/a.mjs", "file:///b.mjs"},
    {"./b.mjs", "vm:module(0)", "b.mjs"},
    {"./b.mjs", "evalmachine.<anonymous>", "b.mjs"},
    {"https://example.com/b.mjs", "lib/a.mjs", "https://example.com/b.mjs"},
    {"lodash", "lib/a.mjs", "lodash"},
    {"lodash/fp", "lib/a.mjs", "lodash/fp"},
    {"#internal", "lib/a.mjs", "#internal"},
  }));
  memory_loader loader;
  loader.add(identifier, "export default 1;");
  CAPTURE(specifier, referrer);
  CHECK(found(loader, import_of(specifier, referrer)).identifier() == identifier);
}

TEST_CASE("the same module is the same source every time", "[api][memory_loader][A3]") {
  memory_loader loader{memory_loader::sources{{"a.mjs", "export default 1;"}}};
  auto first = found(loader, import_of("a.mjs"));
  auto second = value_of(loader.load(import_of("./a.mjs", "b.mjs")));
  CHECK(first.content() == "export default 1;");
  CHECK(first.content().data() == second.content().data());
}

TEST_CASE("a module that is not there is told with importer and what was looked for",
          "[api][memory_loader][A3]") {
  memory_loader loader;
  auto what = refused(loader, import_of("./none.mjs", "lib/a.mjs"));
  CHECK(what.code == errc::module_not_found);
  CHECK(what.message
        == "cannot find module './none.mjs' imported from 'lib/a.mjs': there is no "
           "'lib/none.mjs'");
  CHECK(error_of(loader.load(import_of("none"))).message == "cannot find module 'none'");
}

TEST_CASE("the kind comes from the extension, and data must be asked for by its type",
          "[api][memory_loader][A3]") {
  memory_loader loader{memory_loader::sources{
    {"a.mjs", "1"}, {"a.js", "1"}, {"a", "1"}, {"a.json", "1"}, {"a.txt", "1"}, {"a.wasm", "1"}}};
  CHECK(found(loader, import_of("a.mjs")).kind() == module_kind::javascript);
  CHECK(found(loader, import_of("a.js")).kind() == module_kind::javascript);
  CHECK(found(loader, import_of("a")).kind() == module_kind::javascript);
  CHECK(found(loader, import_of("a.wasm")).kind() == module_kind::wasm);
  CHECK(found(loader, import_as("json", "a.json")).kind() == module_kind::json);
  CHECK(found(loader, import_as("json", "a")).kind() == module_kind::json);
  CHECK(found(loader, import_as("text", "a.txt")).kind() == module_kind::text);
  CHECK(refused(loader, import_of("a.json")).code == errc::import_attribute_missing);
  CHECK(refused(loader, import_of("a.txt")).code == errc::import_attribute_missing);
  CHECK(refused(loader, import_as("json", "a.mjs")).code == errc::import_attribute_incompatible);
  CHECK(refused(loader, import_as("json", "a.wasm")).code == errc::import_attribute_incompatible);
  CHECK(refused(loader, import_as("css", "a.mjs")).code == errc::import_attribute_unsupported);
  CHECK(refused(loader, {.specifier = "a.mjs", .attributes = {{"mode", "text"}}}).code
        == errc::import_attribute_unsupported);
}

TEST_CASE("anything can be had as text or as bytes, which is a module of its own",
          "[api][memory_loader][A3]") {
  memory_loader loader{memory_loader::sources{{"a.mjs", "export default 1;"}}};
  auto code = found(loader, import_of("a.mjs"));
  auto text = found(loader, import_as("text", "a.mjs"));
  auto bytes = found(loader, import_as("bytes", "a.mjs"));
  CHECK(text.kind() == module_kind::text);
  CHECK(bytes.kind() == module_kind::bytes);
  CHECK(text.content() == code.content());
  CHECK(text.identifier() == code.identifier());
  CHECK(found(loader, import_as("text", "a.mjs")).content().data() == text.content().data());
}

TEST_CASE("a source may be added with a kind that its name does not tell",
          "[api][memory_loader][A3]") {
  memory_loader loader;
  loader.add(module_source{"settings", "{}", module_kind::json});
  CHECK(found(loader, import_as("json", "settings")).kind() == module_kind::json);
  CHECK(refused(loader, import_of("settings")).code == errc::import_attribute_missing);
}

TEST_CASE("a module that is added again is another source, one that is removed is gone",
          "[api][memory_loader][A3]") {
  memory_loader loader{memory_loader::sources{{"a.mjs", "1"}}};
  auto first = found(loader, import_of("a.mjs"));
  loader.add("./a.mjs", "2");
  CHECK(found(loader, import_of("a.mjs")).content() == "2");
  CHECK(first.content() == "1");
  CHECK(loader.remove("a.mjs"));
  CHECK_FALSE(loader.remove("a.mjs"));
  CHECK(refused(loader, import_of("a.mjs")).code == errc::module_not_found);
}

TEST_CASE("modules may be added while others are looked for", "[api][memory_loader][A3]") {
  memory_loader loader;
  constexpr int count = 2000;
  std::atomic<int> seen{0};
  std::thread reader{[&] {
    for (int i = 0; i < count;) {
      auto answer = loader.find(import_of(std::to_string(i)));
      if (answer && *answer) {
        seen.fetch_add((*answer)->content() == std::to_string(i) ? 1 : 0);
        ++i;
      }
    }
  }};
  for (int i = 0; i < count; ++i)
    loader.add(std::to_string(i), std::to_string(i));
  reader.join();
  CHECK(seen.load() == count);
}

TEST_CASE("a module made in C++ is had as what it is, and not as text",
          "[api][memory_loader][A3]") {
  memory_loader loader;
  loader.add(module_source{"host", {{"two", 2}}});
  CHECK(found(loader, import_of("host")).kind() == module_kind::synthetic);
  for (const auto* type : {"text", "bytes", "json"})
    CHECK(refused(loader, import_as(type, "host")).code == errc::import_attribute_incompatible);
}

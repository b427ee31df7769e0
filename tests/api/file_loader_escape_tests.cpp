// Whatever scripts, packages and links say, nothing outside of the root is given: A3.

#include "tests/api/helpers.hpp"
#include "tests/support/folder_tree.hpp"
#include "tests/support/seed.hpp"
#include "troupe/file_loader.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::testing;

namespace {

const std::vector<std::string> names{
  "a",  "b.mjs",    "c.js",         "d.json", "node_modules", "p",
  "@s", "index.js", "package.json", "lib",    "canary.mjs"};

/// Pieces that specifiers, link targets and package targets are made of.
const std::vector<std::string> pieces{
  "/",       "/",       "/",        "/",    "..",
  "..",      ".",       "%2e%2e",   "%2E.", ".%2e",
  "%2f",     "%5c",     "\\",       "%00",  "?",
  "#",       "*",       "%",        "%25",  "file:",
  "file://", "//",      "\t",       "\n",   " ",
  "C:",      "c|",      "@",        "~",    "localhost",
  "root",    "outside", "\xC3\xA9", "\xFF", "node:",
  "data:,",  "%ff",     "./",       "../",  "../../outside/canary.mjs"};

std::string random_text(chance& draw, const std::string& root) {
  std::string text;
  for (auto i = draw.below(9); i > 0; --i) {
    if (draw.one_in(12))
      text += root;
    else
      text += draw.one_in(3) ? draw.pick(pieces) : draw.pick(names);
    if (draw.one_in(2))
      text += '/';
  }
  return text;
}

/// A path that is there, in one of the many ways to write it.
std::string disguised(chance& draw, std::string path) {
  switch (draw.below(8)) {
    case 0:
      path.insert(path.rfind('/') + 1, "./");
      break;
    case 1:
      path.insert(path.rfind('/') + 1, draw.pick(names) + "/../");
      break;
    case 2:
      path.insert(path.rfind('/') + 1, draw.pick(names) + "/%2e%2e/");
      break;
    case 3:
      path += draw.one_in(2) ? "?v=1" : "#x";
      break;
    case 4:
      path += "/" + draw.pick(names);
      break;
    default:
      break;
  }
  return path;
}

std::string random_specifier(chance& draw, const std::string& root,
                             const std::vector<std::string>& places) {
  if (draw.one_in(2))
    return "./" + disguised(draw, draw.pick(places));
  if (draw.one_in(4))
    return (draw.one_in(2) ? "file://" : "") + root + "/" + disguised(draw, draw.pick(places));
  constexpr const char* beginnings[]{"./", "../", "/", "", "#", "file://", "p/", "@s/a/"};
  return beginnings[draw.below(8)] + random_text(draw, root);
}

std::string json_string(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text)
    if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F && c != '"'
        && c != '\\')
      quoted += c;
  return quoted + '"';
}

std::string random_package(chance& draw, const std::string& root) {
  auto target = [&] {
    return json_string((draw.one_in(2) ? "./" : "") + random_text(draw, root));
  };
  std::string json = "{";
  if (draw.one_in(2))
    json += "\"main\":" + target() + ",";
  if (draw.one_in(2))
    json += "\"type\":\"module\",";
  if (draw.one_in(2))
    json += "\"exports\":{\".\":" + target() + ",\"./*\":[" + target() + "," + target()
            + "],\"./lib/*\":{\"import\":" + target() + "}},";
  return json + "\"imports\":{\"#a\":" + target() + ",\"#*\":" + target() + "}}";
}

/// A tree of files that say `inside`, packages, and links to anywhere.
/// @returns the places of all, relative to the root.
std::vector<std::string> plant(folder_tree& tree, chance& draw) {
  std::vector<std::string> places;
  auto root = tree.path("root").string();
  auto place = [&] {
    std::string path = "root";
    for (auto i = draw.below(4) + 1; i > 0; --i)
      path += "/" + draw.pick(names);
    return path;
  };
  for (int i = 0; i < 40; ++i) {
    auto path = place();
    places.push_back(path.substr(std::string_view{"root/"}.size()));
    try {
      if (draw.one_in(4))
        tree.write(std::filesystem::path{path}.parent_path() / "package.json",
                   random_package(draw, root));
      else if (draw.one_in(2))
        tree.write(path, "inside");
      else if (draw.one_in(3))
        tree.link(path, draw.one_in(2) ? tree.path("outside").string() : "../../outside");
      else if (draw.one_in(2))
        tree.link(path, tree.path("root/" + draw.pick(places)));
      else
        tree.link(path, random_text(draw, root));
    } catch (const std::filesystem::filesystem_error&) { // there is one already, or no such name
    }
  }
  return places;
}

bool is_within(const std::filesystem::path& path, const std::filesystem::path& folder) {
  auto relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

} // namespace

TEST_CASE("no specifier, package or link leads out of the root", "[api][file_loader][A3]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance draw{seed};
  std::size_t given = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    folder_tree tree;
    tree.folder("root");
    tree.write("outside/canary.mjs", "CANARY");
    tree.write("outside/package.json", R"({"CANARY": 1, "exports": "./canary.mjs"})");
    auto places = plant(tree, draw);
    auto root = tree.path("root");
    auto opened = file_loader::open(
      {.root = root, .guessed_extensions = {".mjs", ".js", ".json"}, .threads = 1});
    REQUIRE(opened);
    auto& loader = **opened;
    std::vector<std::string> referrers{"", "file://" + root.string() + "/lib/x.mjs"};
    for (int i = 0; i < 150; ++i) {
      module_request request{.specifier = random_specifier(draw, root.string(), places),
                             .referrer = draw.one_in(8)
                                           ? random_specifier(draw, root.string(), places)
                                           : draw.pick(referrers)};
      if (draw.one_in(2))
        request.attributes = {{"type", draw.one_in(2) ? "bytes" : "text"}};
      CAPTURE(request.specifier, request.referrer);
      auto answer = answer_of(loader.load(request));
      if (!answer) {
        refused += answer.error().code == errc::module_refused ? 1U : 0U;
        CHECK(answer.error().message.find("CANARY") == std::string::npos);
        continue;
      }
      ++given;
      CHECK(answer->content().find("CANARY") == std::string_view::npos);
      // It is had again by its identifier, which names a real path of the root.
      auto again = answer_of(
        loader.load({.specifier = answer->identifier(), .attributes = request.attributes}));
      REQUIRE(again);
      CHECK(again->identifier() == answer->identifier());
      if (answer->identifier().find('%') == std::string::npos) {
        auto path = answer->identifier().substr(std::string_view{"file://"}.size());
        path = path.substr(0, path.find_first_of("?#"));
        CHECK(std::filesystem::canonical(path) == path);
        CHECK(is_within(path, root));
      }
      if (referrers.size() < 10)
        referrers.push_back(answer->identifier());
    }
  }
  // The test is one: modules are found, and links do lead out.
  CHECK(given > 100);
  CHECK(refused > 100);
}

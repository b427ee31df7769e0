// Modules from files: A3.

#include "tests/api/helpers.hpp"
#include "tests/support/folder_tree.hpp"
#include "troupe/file_loader.hpp"
#include "troupe/loader_chain.hpp"
#include "troupe/memory_loader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::testing;

namespace {

std::shared_ptr<file_loader> loader_for(const folder_tree& tree,
                                        file_loader_options options = {}) {
  options.root = tree.path(options.root);
  auto opened = file_loader::open(std::move(options));
  if (!opened)
    FAIL(opened.error().message);
  return *std::move(opened);
}

module_request import_of(std::string specifier, std::string referrer = {}) {
  return {.specifier = std::move(specifier), .referrer = std::move(referrer)};
}

module_request import_as(const char* type, std::string specifier) {
  return {.specifier = std::move(specifier), .attributes = {{"type", type}}};
}

std::string url_of(const folder_tree& tree, const char* relative) {
  return "file://" + tree.path(relative).string();
}

errc code_of(file_loader& loader, module_request request) {
  return error_of(loader.load(std::move(request))).code;
}

/// A byte as a URL may always have it.
std::string encoded(char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto number = static_cast<unsigned char>(byte);
  if (byte == '/')
    return "/";
  return {'%', digits[number >> 4U], digits[number & 15U]};
}

/// What `find` gives once it may trust the file's time stamps.
module_source found_at_once(file_loader& loader, const module_request& request) {
  auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    auto found = loader.find(request);
    if (found && *found)
      return **std::move(found);
    if (found)
      FAIL(found->error().message);
    (void)value_of(loader.load(request));
  }
  FAIL("the loader never answers at once");
  throw 0;
}

} // namespace

// -- what is given ------------------------------------------------------------------

TEST_CASE("a file is a module whose identifier is the URL of its real path",
          "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("lib/a.mjs", "export default 1;");
  tree.link("alias.mjs", "lib/a.mjs");
  tree.link("folder", "lib");
  auto loader = loader_for(tree);
  for (const auto* specifier :
       {"./lib/a.mjs", "./alias.mjs", "./folder/a.mjs", "./lib/%61.mjs"}) {
    auto module = value_of(loader->load(import_of(specifier)));
    CAPTURE(specifier);
    CHECK(module.identifier() == url_of(tree, "lib/a.mjs"));
    CHECK(module.content() == "export default 1;");
    CHECK(module.kind() == module_kind::javascript);
  }
  auto by_url = value_of(loader->load(import_of(url_of(tree, "lib/a.mjs") + "?v=1#x")));
  CHECK(by_url.identifier() == url_of(tree, "lib/a.mjs") + "?v=1#x");
}

TEST_CASE("names that need it are encoded in identifiers, and found by them",
          "[api][file_loader][A3]") {
  folder_tree tree;
  for (const auto* name : {"a b.mjs", "100%.mjs", "what?.mjs", "hash#.mjs", "back\\slash.mjs",
                           "\xC3\xA9t\xC3\xA9.mjs", "\xFF.mjs", "new\nline.mjs", "tab\t.mjs",
                           "%41.mjs", "c|/x.mjs", "quote\"'<>`{}^.mjs"})
    tree.write(name, name);
  auto loader = loader_for(tree);
  for (const auto& entry : std::filesystem::recursive_directory_iterator{tree.path()}) {
    if (!entry.is_regular_file())
      continue;
    auto path = entry.path().string();
    CAPTURE(path);
    std::string url = "file://";
    for (char c : path)
      url += encoded(c);
    auto by_name = loader->load(import_of(url));
    if (path.find('\\') != std::string::npos) {
      CHECK(error_of(std::move(by_name)).code == errc::invalid_module_specifier);
      continue;
    }
    auto given = value_of(std::move(by_name));
    CHECK(path.ends_with(given.content()));
    CHECK(value_of(loader->load(import_of(given.identifier()))).identifier()
          == given.identifier());
  }
}

TEST_CASE("kinds come from extensions, and data must be asked for by its type",
          "[api][file_loader][A3]") {
  folder_tree tree;
  for (const auto* name :
       {"a.mjs", "a.js", "a.json", "a.txt", "a.wasm", "a.cjs", "a.css", "a", ".mjs"})
    tree.write(name, "\xEF\xBB\xBF[1]");
  auto loader = loader_for(tree);
  CHECK(value_of(loader->load(import_of("./a.mjs"))).kind() == module_kind::javascript);
  CHECK(value_of(loader->load(import_of("./a.js"))).kind() == module_kind::javascript);
  CHECK(value_of(loader->load(import_of("./a.wasm"))).kind() == module_kind::wasm);
  CHECK(value_of(loader->load(import_as("json", "./a.json"))).kind() == module_kind::json);
  for (const auto* name : {"./a.txt", "./a.css", "./a", "./a.cjs", "./a.mjs"}) {
    CHECK(value_of(loader->load(import_as("text", name))).kind() == module_kind::text);
    CHECK(value_of(loader->load(import_as("bytes", name))).kind() == module_kind::bytes);
  }
  CHECK(value_of(loader->load(import_as("json", "./a"))).kind() == module_kind::json);
  CHECK(code_of(*loader, import_of("./a.json")) == errc::import_attribute_missing);
  CHECK(code_of(*loader, import_of("./a.txt")) == errc::import_attribute_missing);
  CHECK(code_of(*loader, import_as("json", "./a.mjs")) == errc::import_attribute_incompatible);
  CHECK(code_of(*loader, import_as("json", "./a.cjs")) == errc::import_attribute_incompatible);
  CHECK(code_of(*loader, import_as("css", "./a.css")) == errc::import_attribute_unsupported);
  CHECK(code_of(*loader, import_of("./a.css")) == errc::unknown_module_format);
  CHECK(code_of(*loader, import_of("./a")) == errc::unknown_module_format);
  CHECK(code_of(*loader, import_of("./a.cjs")) == errc::unknown_module_format);
}

TEST_CASE("a byte order mark is no part of a text, but of bytes", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("a.json", "\xEF\xBB\xBF[1]");
  auto loader = loader_for(tree);
  CHECK(value_of(loader->load(import_as("json", "./a.json"))).content() == "[1]");
  CHECK(value_of(loader->load(import_as("bytes", "./a.json"))).content() == "\xEF\xBB\xBF[1]");
}

TEST_CASE("the nearest package.json says what .js is", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("none/a.js", "1");
  tree.write("module/package.json", R"({"type": "module"})");
  tree.write("module/lib/a.js", "1");
  tree.write("module/lib/a", "1");
  tree.write("commonjs/lib/a", "1");
  tree.write("commonjs/package.json", R"({"type": "commonjs"})");
  tree.write("commonjs/lib/a.js", "1");
  tree.write("commonjs/lib/a.mjs", "1");
  tree.write("commonjs/node_modules/p/a.js", "1");
  auto loader = loader_for(tree);
  CHECK(answer_of(loader->load(import_of("./none/a.js"))).has_value());
  CHECK(answer_of(loader->load(import_of("./module/lib/a.js"))).has_value());
  CHECK(answer_of(loader->load(import_of("./commonjs/lib/a.mjs"))).has_value());
  CHECK(answer_of(loader->load(import_of("./commonjs/node_modules/p/a.js"))).has_value());
  CHECK(answer_of(loader->load(import_of("./module/lib/a"))).has_value());
  CHECK(code_of(*loader, import_of("./commonjs/lib/a")) == errc::unknown_module_format);
  auto what = error_of(loader->load(import_of("./commonjs/lib/a.js", "main.mjs")));
  CHECK(what.code == errc::unknown_module_format);
  CHECK(what.message
        == "module './commonjs/lib/a.js' imported from 'main.mjs' is CommonJS, which cannot be "
           "imported here: '"
             + tree.path("commonjs/lib/a.js").string() + "' (\"type\" in '"
             + tree.path("commonjs").string() + "/package.json' is \"commonjs\")");

  auto strict = loader_for(tree, {.untyped_scripts = script_format::commonjs});
  CHECK(code_of(*strict, import_of("./none/a.js")) == errc::unknown_module_format);
  CHECK(answer_of(strict->load(import_of("./module/lib/a.js"))).has_value());
}

TEST_CASE("packages are found where links lead", "[api][file_loader][A3]") {
  folder_tree tree;
  // The layout of package managers that keep each package once.
  tree.write("node_modules/.store/p@1/node_modules/p/package.json",
             R"({"name": "p", "type": "module", "exports": "./index.js"})");
  tree.write("node_modules/.store/p@1/node_modules/p/index.js", "import 'q';");
  tree.write("node_modules/.store/q@1/node_modules/q/index.mjs", "1");
  tree.write("node_modules/.store/q@1/node_modules/q/package.json", R"({"main": "index.mjs"})");
  tree.link("node_modules/p", ".store/p@1/node_modules/p");
  tree.link("node_modules/.store/p@1/node_modules/q", "../../q@1/node_modules/q");
  auto loader = loader_for(tree);
  auto p = value_of(loader->load(import_of("p", url_of(tree, "main.mjs"))));
  CHECK(p.identifier() == url_of(tree, "node_modules/.store/p@1/node_modules/p/index.js"));
  auto q = value_of(loader->load(import_of("q", p.identifier())));
  CHECK(q.identifier() == url_of(tree, "node_modules/.store/q@1/node_modules/q/index.mjs"));
  CHECK(code_of(*loader, import_of("q")) == errc::module_not_found);
}

TEST_CASE("a loader of files leaves to others what is no file", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("a.mjs", "file");
  auto others = std::make_shared<memory_loader>(memory_loader::sources{
    {"node:fs", "memory"}, {"https://example.com/a.mjs", "memory"}, {"bare", "memory"}});
  loader_chain chain{{loader_for(tree), others}};
  CHECK(value_of(chain.load(import_of("./a.mjs"))).content() == "file");
  for (const auto* specifier : {"node:fs", "https://example.com/a.mjs", "bare"})
    CHECK(value_of(chain.load(import_of(specifier, url_of(tree, "a.mjs")))).content()
          == "memory");
  CHECK(value_of(chain.load(import_of("./a.mjs", "https://example.com/b.mjs"))).content()
        == "memory");
  CHECK(error_of(chain.load(import_of("/etc/passwd"))).code == errc::module_refused);
}

// -- the root -----------------------------------------------------------------------

TEST_CASE("links that lead out of the root are refused, whether or not anything is there",
          "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("outside/secret.mjs", "secret");
  tree.write("root/a.mjs", "1");
  tree.link("root/absolute.mjs", tree.path("outside/secret.mjs"));
  tree.link("root/relative.mjs", "../outside/secret.mjs");
  tree.link("root/dangling.mjs", "../outside/none.mjs");
  tree.link("root/folder", "../outside");
  tree.link("root/twice", "folder");
  tree.link("root/sub/up", "../..");
  tree.link("root/prefix.mjs", tree.path("root").string() + "/../outside/secret.mjs");
  tree.link("root/beside.mjs", tree.path("root").string() + "side/x.mjs");
  tree.link("root/node_modules/p", "../../outside");
  tree.link("root/q/package.json", "../../outside/secret.mjs");
  tree.write("root/q/a.js", "1");
  tree.link("root/loop.mjs", "loop.mjs");
  tree.link("root/system.mjs", "/etc/hostname");
  auto loader = loader_for(tree, {.root = "root"});
  for (const auto* specifier :
       {"./absolute.mjs", "./relative.mjs", "./dangling.mjs", "./folder/secret.mjs",
        "./folder/none.mjs", "./folder", "./twice/secret.mjs", "./sub/up/outside/secret.mjs",
        "./sub/up/root/a.mjs", "./prefix.mjs", "./beside.mjs", "p", "p/secret.mjs", "./q/a.js",
        "./system.mjs", "../outside/secret.mjs", "/etc/hostname"}) {
    CAPTURE(specifier);
    auto what = error_of(loader->load(import_of(specifier)));
    CHECK(what.code == errc::module_refused);
    CHECK(what.message.find("outside of the root") != std::string::npos);
    if (specifier != std::string_view{"./q/a.js"}) // bytes need no package.json
      CHECK(code_of(*loader, import_as("bytes", specifier)) == errc::module_refused);
  }
  CHECK(code_of(*loader, import_of("./loop.mjs")) == errc::module_not_found);
}

TEST_CASE("links within the root are followed, absolute ones too", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("root/lib/a.mjs", "1");
  tree.link("root/absolute.mjs", tree.path("root/lib/a.mjs"));
  tree.link("root/there", "lib/../../root/lib"); // leaves it on the way
  tree.link("root/sub/back.mjs", "../sub/.././lib//a.mjs");
  tree.link("root/chain.mjs", "sub/back.mjs");
  auto loader = loader_for(tree, {.root = "root"});
  for (const auto* specifier : {"./absolute.mjs", "./sub/back.mjs", "./chain.mjs"})
    CHECK(value_of(loader->load(import_of(specifier))).identifier()
          == url_of(tree, "root/lib/a.mjs"));
  CHECK(code_of(*loader, import_of("./there/a.mjs")) == errc::module_refused);
}

TEST_CASE("the root may be given by a link; identifiers have its real path",
          "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("real/a.mjs", "1");
  tree.link("link", "real");
  auto loader = loader_for(tree, {.root = "link/"});
  CHECK(value_of(loader->load(import_of("./a.mjs"))).identifier() == url_of(tree, "real/a.mjs"));
}

TEST_CASE("pipes, devices and folders are no modules, and nobody waits for them",
          "[api][file_loader][A3]") {
  folder_tree tree;
  tree.pipe("pipe.mjs");
  tree.folder("folder.mjs");
  tree.write("p/a.js", "1");
  tree.folder("p/package.json");
  tree.pipe("q/package.json");
  tree.write("q/a.js", "1");
  auto loader = loader_for(tree);
  CHECK(code_of(*loader, import_of("./pipe.mjs")) == errc::module_refused);
  CHECK(code_of(*loader, import_as("text", "./pipe.mjs")) == errc::module_refused);
  CHECK(code_of(*loader, import_of("./folder.mjs")) == errc::directory_import);
  CHECK(answer_of(loader->load(import_of("./p/a.js"))).has_value()); // as if there were none
  CHECK(answer_of(loader->load(import_of("./q/a.js"))).has_value());
  auto devices = file_loader::open({.root = "/dev"});
  REQUIRE(devices);
  CHECK(code_of(**devices, import_as("bytes", "./zero")) == errc::module_refused);
}

TEST_CASE("a root must be a folder, and options in their ranges", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("file", "");
  auto refused = [&](file_loader_options options) {
    auto opened = file_loader::open(std::move(options));
    return !opened && opened.error().code == errc::invalid_argument;
  };
  CHECK(refused({}));
  CHECK(refused({.root = tree.path("none")}));
  CHECK(refused({.root = tree.path("file")}));
  CHECK(refused({.root = tree.path(), .threads = 0}));
  CHECK(refused({.root = tree.path(), .pending_max = 0}));
  CHECK(refused({.root = tree.path(), .source_limit_mib = 0}));
  CHECK(refused({.root = tree.path(), .source_limit_mib = 4096}));
  CHECK(refused({.root = tree.path(), .guessed_extensions = {"mjs"}}));
  CHECK(refused({.root = tree.path(), .guessed_extensions = {".a/../b"}}));
  CHECK_FALSE(refused({.root = tree.path(), .guessed_extensions = {".mjs"}}));
}

// -- limits -------------------------------------------------------------------------

TEST_CASE("files above the size limit have an error of their own", "[api][file_loader][A3]") {
  folder_tree tree;
  auto big = tree.write("big.txt", "");
  std::filesystem::resize_file(big, (1 << 20) + 1);
  auto fits = tree.write("fits.txt", "");
  std::filesystem::resize_file(fits, 1 << 20);
  auto loader = loader_for(tree, {.source_limit_mib = 1});
  CHECK(code_of(*loader, import_as("text", "./big.txt")) == errc::module_too_large);
  CHECK(value_of(loader->load(import_as("text", "./fits.txt"))).content().size() == 1 << 20);
}

TEST_CASE("a package.json of more than a mebibyte is not read", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("p/a.js", "1");
  std::filesystem::resize_file(tree.write("p/package.json", "{}"), (1 << 20) + 1);
  CHECK(code_of(*loader_for(tree), import_of("./p/a.js")) == errc::invalid_package_config);
}

TEST_CASE("files whose size is not known are read to their end", "[api][file_loader][A3]") {
  auto opened = file_loader::open({.root = "/proc"});
  REQUIRE(opened);
  // Processes are folders, self is a link: both are followed by hand.
  CHECK_FALSE(value_of((*opened)->load(import_as("text", "./self/status"))).content().empty());
  CHECK(code_of(**opened, import_as("text", "./self/root/etc/hostname")) == errc::module_refused);
  CHECK(code_of(**opened, import_as("text", "./self/cwd/x")) == errc::module_refused);
}

TEST_CASE("a file that cannot be read is told as that", "[api][file_loader][A3]") {
  auto opened = file_loader::open({.root = "/proc"});
  REQUIRE(opened);
  // There is nothing at the address 0, not even for root.
  CHECK(code_of(**opened, import_as("text", "./self/mem")) == errc::module_unreadable);
}

// -- sharing ------------------------------------------------------------------------

TEST_CASE("an unchanged file gives the same source, a changed one another",
          "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("a.mjs", "one");
  auto loader = loader_for(tree);
  auto first = value_of(loader->load(import_of("./a.mjs")));
  auto again = value_of(loader->load(import_of("./a.mjs")));
  CHECK(first.content().data() == again.content().data());
  // At once, of the same length, without any help of the clock.
  tree.write("a.mjs", "two");
  auto changed = value_of(loader->load(import_of("./a.mjs")));
  CHECK(changed.content() == "two");
  CHECK(first.content() == "one");
  // Rewritten with what it had: the same source.
  tree.write("a.mjs", "two");
  CHECK(value_of(loader->load(import_of("./a.mjs"))).content().data()
        == changed.content().data());
}

TEST_CASE("what was read is found at once until it changes", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("a.mjs", "one");
  tree.write("p/package.json", R"({"type": "module"})");
  tree.write("p/b.js", "b");
  auto loader = loader_for(tree);
  CHECK_FALSE(loader->find(import_of("./a.mjs")));
  auto read = value_of(loader->load(import_of("./a.mjs")));
  CHECK(found_at_once(*loader, import_of("./a.mjs")).content().data() == read.content().data());
  CHECK(found_at_once(*loader, import_of("./p/b.js")).content() == "b");
  auto missing = loader->find(import_of("./none.mjs"));
  REQUIRE(missing);
  CHECK(missing->error().code == errc::module_not_found);

  tree.write("p/package.json", R"({"type": "commonjs"})");
  auto retyped = loader->find(import_of("./p/b.js"));
  CHECK_FALSE((retyped && *retyped));
  CHECK(code_of(*loader, import_of("./p/b.js")) == errc::unknown_module_format);

  tree.write("a.mjs", "two");
  auto changed = loader->find(import_of("./a.mjs"));
  CHECK_FALSE((changed && *changed));
  std::filesystem::remove(tree.path("a.mjs"));
  auto gone = loader->find(import_of("./a.mjs"));
  REQUIRE(gone);
  CHECK(gone->error().code == errc::module_not_found);
}

TEST_CASE("a loader may be told never to look on the caller's thread", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("a.mjs", "one");
  auto loader = loader_for(tree, {.find_cached = false});
  (void)value_of(loader->load(import_of("./a.mjs")));
  CHECK_FALSE(loader->find(import_of("./a.mjs")));
  CHECK_FALSE(loader->find(import_of("./none.mjs")));
}

TEST_CASE("without a cache every load reads", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("a.mjs", "one");
  auto loader = loader_for(tree, {.cache_limit_mib = 0});
  auto first = value_of(loader->load(import_of("./a.mjs")));
  auto again = value_of(loader->load(import_of("./a.mjs")));
  CHECK(first.content().data() != again.content().data());
}

// -- threads ------------------------------------------------------------------------

TEST_CASE("many threads load many files through few", "[api][file_loader][A3]") {
  folder_tree tree;
  constexpr int files = 100;
  for (int i = 0; i < files; ++i)
    tree.write(std::to_string(i) + ".mjs", std::to_string(i));
  auto loader = loader_for(tree, {.threads = 2});
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      std::vector<future<module_source>> answers;
      for (int i = 0; i < files; ++i)
        answers.push_back(loader->load(import_of("./" + std::to_string(i) + ".mjs")));
      for (int i = 0; i < files; ++i) {
        auto answer = answers[static_cast<std::size_t>(i)].get();
        right.fetch_add(answer && answer->content() == std::to_string(i) ? 1 : 0);
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(right.load() == 4 * files);
}

TEST_CASE("the end of a loader answers what waits for it", "[api][file_loader][A3]") {
  folder_tree tree;
  std::filesystem::resize_file(tree.write("big.txt", ""), 32 << 20);
  auto loader = loader_for(tree, {.threads = 1, .cache_limit_mib = 0});
  std::vector<future<module_source>> answers;
  for (int i = 0; i < 50; ++i)
    answers.push_back(loader->load(import_as("bytes", "./big.txt")));
  loader.reset();
  int read = 0;
  for (auto& answer : answers) {
    REQUIRE(answer.wait_for(patience)); // one may be being read
    auto outcome = answer.get();
    if (outcome)
      ++read;
    else
      CHECK(outcome.error().code == errc::broken_promise);
  }
  CHECK(read < 50);
}

TEST_CASE("a loader may end in a continuation of its own answer", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("a.mjs", "1");
  auto loader = loader_for(tree);
  promise<void> ended;
  auto waiting = ended.get_future();
  auto& files = *loader;
  auto passed =
    files.load(import_of("./a.mjs"))
      .then([held = std::move(loader), ended = std::make_shared<promise<void>>(std::move(ended))](
              result<module_source>) mutable {
        held.reset();
        ended->set({});
      });
  CHECK(answer_of(std::move(waiting)).has_value());
}

TEST_CASE("waiting for a loader on a thread of its own is refused", "[api][file_loader][A3]") {
  folder_tree tree;
  tree.write("a.mjs", "1");
  auto loader = loader_for(tree, {.threads = 1});
  auto nested = loader->load(import_of("./a.mjs")).then([&](result<module_source>) {
    return loader->load(import_of("./a.mjs")).get();
  });
  auto outcome = answer_of(std::move(nested));
  // Ready already when the continuation ran on the test's thread.
  CHECK((outcome || outcome.error().code == errc::would_deadlock));
}

TEST_CASE("a cancelled load is answered at once, and more than may wait are refused",
          "[api][file_loader][A3]") {
  folder_tree tree;
  std::filesystem::resize_file(tree.write("big.txt", ""), 32 << 20);
  auto loader = loader_for(tree, {.threads = 1, .pending_max = 20, .cache_limit_mib = 0});
  std::vector<future<module_source>> answers;
  for (int i = 0; i < 60; ++i)
    answers.push_back(loader->load(import_as("bytes", "./big.txt")));
  answers[19].cancel();
  int refused = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto outcome = answer_of(std::move(answers[i]));
    if (!outcome && i != 19) {
      CHECK(outcome.error().code == errc::too_many_requests);
      ++refused;
    }
    if (i == 19)
      CHECK((outcome || outcome.error().code == errc::cancelled));
  }
  CHECK(refused > 0);
}

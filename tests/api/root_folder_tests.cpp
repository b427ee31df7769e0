// A folder that nothing leads out of: A3.

#include "api/root_folder.hpp"
#include "tests/support/folder_tree.hpp"
#include "tests/support/seed.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::detail;
using namespace troupe::testing;

namespace {

root_folder open_root(const std::filesystem::path& path, bool walk_always) {
  auto opened = root_folder::open(path.string(), walk_always);
  if (!opened)
    FAIL(opened.error().message);
  return *std::move(opened);
}

} // namespace

TEST_CASE("a file is found by both ways of looking, with its real path",
          "[api][root_folder][A3]") {
  folder_tree tree;
  tree.write("a/b/c.txt", "content");
  tree.link("a/link", "b");
  for (bool walk_always : {false, true}) {
    CAPTURE(walk_always);
    auto root = open_root(tree.path(), walk_always);
    for (const auto* name : {"a/b/c.txt", "a/link/c.txt"}) {
      auto file = root.look(tree.path(name).string());
      REQUIRE(file.kind == file_kind::file);
      CHECK(file.real_path == tree.path("a/b/c.txt").string());
      auto content = root_folder::read(file, 100);
      REQUIRE(content);
      CHECK(content->bytes == "content");
      CHECK(content->unchanged);
      CHECK(content->identity == file.identity);
    }
    CHECK(root.look(tree.path("a").string()).kind == file_kind::folder);
    CHECK(root.look(tree.path("a/link").string()).kind == file_kind::folder);
    CHECK(root.look(tree.path().string()).kind == file_kind::folder);
    CHECK(root.look(tree.path("none").string()).kind == file_kind::missing);
    CHECK(root.look(tree.path("a/b/c.txt/d").string()).kind == file_kind::missing);
    CHECK(root.look(tree.path(std::string(300, 'x')).string()).kind == file_kind::missing);
  }
}

TEST_CASE("a file that was looked at is read even when its path leads elsewhere by then",
          "[api][root_folder][A3]") {
  folder_tree tree;
  tree.write("root/a.txt", "inside");
  tree.write("secret.txt", "secret");
  auto root = open_root(tree.path("root"), false);
  auto file = root.look(tree.path("root/a.txt").string());
  std::filesystem::remove(tree.path("root/a.txt"));
  tree.link("root/a.txt", "../secret.txt");
  auto content = root_folder::read(file, 100);
  REQUIRE(content);
  CHECK(content->bytes == "inside");
  CHECK(root.look(tree.path("root/a.txt").string()).kind == file_kind::outside);
}

TEST_CASE("links that change all the time never lead out", "[api][root_folder][A3]") {
  folder_tree tree;
  tree.write("root/folder/a.txt", "inside");
  tree.write("outside/a.txt", "CANARY");
  tree.link("root/way", "folder");
  tree.link("root/out", "../outside");
  for (bool walk_always : {false, true}) {
    auto root = open_root(tree.path("root"), walk_always);
    std::atomic<bool> done{false};
    std::thread changing{[&] {
      auto swap = tree.path("root/way");
      while (!done.load()) {
        for (const auto* target : {"../outside", "folder"}) {
          auto aside = tree.path("root/aside");
          std::filesystem::create_symlink(target, aside);
          std::filesystem::rename(aside, swap);
        }
      }
    }};
    int inside = 0;
    int outside = 0;
    int other = 0;
    for (int i = 0; i < 20'000 || ((inside == 0 || outside == 0) && i < 2'000'000); ++i) {
      auto file = root.look(tree.path("root/way/a.txt").string());
      if (file.kind == file_kind::outside)
        ++outside;
      else if (auto content = root_folder::read(file, 100);
               file.kind == file_kind::file && content && content->bytes == "inside")
        ++inside;
      else
        ++other;
    }
    done = true;
    changing.join();
    CHECK(inside > 0);
    CHECK(outside > 0);
    CHECK(other == 0);
  }
}

TEST_CASE("both ways of looking agree on any tree", "[api][root_folder][A3]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance draw{seed};
  const std::vector<std::string> names{"a", "b", "c", "d"};
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    folder_tree tree;
    tree.folder("root");
    tree.write("out/a", "CANARY");
    auto random_path = [&](std::size_t parts) {
      std::string path;
      for (std::size_t i = draw.below(parts) + 1; i > 0; --i)
        path += (path.empty() ? "" : "/") + draw.pick(names);
      return path;
    };
    for (int i = 0; i < 12; ++i) {
      auto path = "root/" + random_path(3);
      try {
        switch (draw.below(5)) {
          case 0:
            tree.write(path, "inside");
            break;
          case 1:
            tree.folder(path);
            break;
          case 2:
            tree.link(path, std::string(draw.below(3), '.') + "/" + random_path(2));
            break;
          case 3:
            tree.link(path, draw.one_in(2) ? "../../out/a" : "../" + random_path(2));
            break;
          default:
            tree.link(path, tree.path("root/" + random_path(2)));
        }
      } catch (const std::filesystem::filesystem_error&) { // there is a file or a link already
      }
    }
    auto quick = open_root(tree.path("root"), false);
    auto slow = open_root(tree.path("root"), true);
    for (int i = 0; i < 100; ++i) {
      auto path = tree.path("root/" + random_path(5)).string();
      CAPTURE(path);
      auto one = quick.look(path);
      auto other = slow.look(path);
      CHECK(one.kind == other.kind);
      if (one.kind != file_kind::file && one.kind != file_kind::folder)
        continue;
      CHECK(one.real_path == other.real_path);
      CHECK(one.identity == other.identity);
      CHECK(one.real_path == std::filesystem::canonical(path).string());
      CHECK(one.real_path.starts_with(tree.path("root").string()));
    }
  }
}

TEST_CASE("a file that changed just now may change again unseen", "[api][root_folder][A3]") {
  constexpr std::int64_t second = 1'000'000'000;
  file_identity file{.changed_ns = 1000 * second + 1};
  CHECK(file.is_fresh(1000 * second + 2));
  CHECK_FALSE(file.is_fresh(1001 * second));
  file.changed_ns = 1000 * second; // of a file system that counts in seconds, perhaps
  CHECK(file.is_fresh(1001 * second));
  CHECK_FALSE(file.is_fresh(1003 * second));
}

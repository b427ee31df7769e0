// Code caches on disk: S3.

#include "runtime/code_cache_store.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <thread>
#include <utility>

using namespace troupe;
using namespace troupe::js;
using namespace troupe::testing;

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

std::shared_ptr<code_cache_store> open_store(const std::filesystem::path& folder,
                                             std::uint64_t bytes_max = 64 * mib) {
  auto opened = code_cache_store::open(folder, bytes_max);
  if (!opened)
    FAIL("no store: " << opened.error().message);
  return *std::move(opened);
}

sha256_digest digest_number(std::size_t number) {
  return digest_of(source_kind::script, std::to_string(number));
}

/// A cache for the store's eyes only: V8 would not like it.
code_cache_ptr cache_of(std::size_t size, std::byte fill = std::byte{7}) {
  return std::make_shared<const code_cache>(std::vector<std::byte>(size, fill));
}

bool holds(const code_cache_ptr& found, std::size_t size, std::byte fill = std::byte{7}) {
  return found && found->bytes().size() == size
         && std::ranges::all_of(found->bytes(), [&](std::byte each) { return each == fill; });
}

} // namespace

TEST_CASE("what one store has saved, the next one finds", "[runtime][code_cache_store][S3]") {
  temporary_folder folder;
  open_store(folder.path())->save(digest_number(1), cache_of(1000));
  auto next = open_store(folder.path());
  CHECK(holds(next->find(digest_number(1)), 1000));
  CHECK_FALSE(next->find(digest_number(2)));
  CHECK(next->statistics().found == 1);
  CHECK(next->statistics().missing == 1);
}

TEST_CASE("a store makes its folder, for its owner alone", "[runtime][code_cache_store]") {
  temporary_folder folder;
  auto path = folder.path() / "new" / "one";
  auto store = open_store(path);
  struct stat about {};
  REQUIRE(::stat(path.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0700);
}

TEST_CASE("a folder that others may write to is refused", "[runtime][code_cache_store]") {
  temporary_folder folder;
  for (::mode_t mode : {0770u, 0707u, 0777u}) {
    REQUIRE(::chmod(folder.path().c_str(), mode) == 0);
    auto refused = code_cache_store::open(folder.path(), mib);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::invalid_argument);
    CHECK(refused.error().message.find("code_cache_dir") != std::string::npos);
  }
}

TEST_CASE("a folder that cannot be is refused", "[runtime][code_cache_store]") {
  temporary_folder folder;
  write_bytes(folder.path() / "file", {});
  CHECK_FALSE(code_cache_store::open(folder.path() / "file", mib));
  CHECK_FALSE(code_cache_store::open(folder.path() / "file" / "below", mib));
}

TEST_CASE("a damaged file is refused and removed, and can be written anew",
          "[runtime][code_cache_store]") {
  auto seed = test_seed();
  CAPTURE(seed);
  chance random{seed};
  temporary_folder folder;
  auto store = open_store(folder.path());
  auto path = folder.path() / code_cache_store::file_name(digest_number(1));
  std::uint64_t refused = 0;
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    store->save(digest_number(1), cache_of(100));
    store->flush();
    auto bytes = bytes_of(path);
    REQUIRE(bytes.size() > 100);
    if (random.one_in(2))
      bytes[random.below(bytes.size())] ^= std::byte{1} << random.below(8);
    else
      bytes.resize(random.below(bytes.size()));
    write_bytes(path, bytes);
    REQUIRE_FALSE(store->find(digest_number(1)));
    REQUIRE_FALSE(std::filesystem::exists(path));
    REQUIRE(store->statistics().refused == ++refused);
  }
}

TEST_CASE("a file under the name of another source is refused", "[runtime][code_cache_store]") {
  temporary_folder folder;
  auto store = open_store(folder.path());
  store->save(digest_number(1), cache_of(100));
  store->flush();
  std::filesystem::copy_file(folder.path() / code_cache_store::file_name(digest_number(1)),
                             folder.path() / code_cache_store::file_name(digest_number(2)));
  CHECK_FALSE(store->find(digest_number(2)));
  CHECK(holds(store->find(digest_number(1)), 100));
}

TEST_CASE("what is no plain file is refused without waiting for it",
          "[runtime][code_cache_store]") {
  temporary_folder folder;
  auto store = open_store(folder.path());
  auto path = [&](std::size_t number) {
    return folder.path() / code_cache_store::file_name(digest_number(number));
  };
  store->save(digest_number(0), cache_of(100));
  store->flush();
  REQUIRE(::mkfifo(path(1).c_str(), 0600) == 0);
  std::filesystem::create_symlink(path(0), path(2));
  std::filesystem::create_directory(path(3));
  for (std::size_t number : {1u, 2u, 3u})
    CHECK_FALSE(store->find(digest_number(number)));
  CHECK(holds(store->find(digest_number(0)), 100));
}

TEST_CASE("a store keeps to its size, and what was not used for longest goes first",
          "[runtime][code_cache_store]") {
  temporary_folder folder;
  auto store = open_store(folder.path(), 10'000);
  auto last_used = [&](std::size_t number, int minutes_ago) {
    std::filesystem::last_write_time(
      folder.path() / code_cache_store::file_name(digest_number(number)),
      std::filesystem::file_time_type::clock::now() - std::chrono::minutes{minutes_ago});
  };
  for (std::size_t i = 0; i < 3; ++i) {
    store->save(digest_number(i), cache_of(3000));
    store->flush();
  }
  last_used(0, 30);
  last_used(1, 20);
  last_used(2, 10);
  CHECK(store->find(digest_number(0))); // used just now
  store->save(digest_number(3), cache_of(3000));
  store->flush();
  CHECK(store->find(digest_number(0)));
  CHECK_FALSE(store->find(digest_number(1)));
  CHECK(store->find(digest_number(2)));
  CHECK(store->find(digest_number(3)));
  CHECK(store->statistics().removed == 1);
}

TEST_CASE("a cache that is larger than the store is not written", "[runtime][code_cache_store]") {
  temporary_folder folder;
  auto store = open_store(folder.path(), 1000);
  store->save(digest_number(1), cache_of(2000));
  store->flush();
  CHECK(folder.files().empty());
  CHECK(store->statistics().not_written == 1);
}

TEST_CASE("the files of others stay, leftovers of a dead process go",
          "[runtime][code_cache_store]") {
  temporary_folder folder;
  auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours{48};
  for (const char* name : {"notes.txt", "1.cache", "4711-0123456789abcdef.cache.unfinished"}) {
    write_bytes(folder.path() / name, std::vector<std::byte>(50'000));
    std::filesystem::last_write_time(folder.path() / name, old);
  }
  auto store = open_store(folder.path(), 10'000);
  store->save(digest_number(1), cache_of(9000));
  store->flush();
  CHECK(std::filesystem::exists(folder.path() / "notes.txt"));
  CHECK(std::filesystem::exists(folder.path() / "1.cache"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "4711-0123456789abcdef.cache.unfinished"));
  CHECK(store->find(digest_number(1)));
}

TEST_CASE("a folder that disappears is as good as an empty one", "[runtime][code_cache_store]") {
  temporary_folder folder;
  auto path = folder.path() / "caches";
  auto store = open_store(path);
  std::filesystem::remove_all(path);
  store->save(digest_number(1), cache_of(100));
  store->flush();
  CHECK_FALSE(store->find(digest_number(1)));
  CHECK(store->statistics().not_written == 1);
}

TEST_CASE("stores of several threads share a folder: what they find is whole",
          "[runtime][code_cache_store]") {
  auto seed = test_seed();
  CAPTURE(seed);
  temporary_folder folder;
  std::atomic<int> wrong{0};
  std::atomic<int> found{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      chance random{seed + t};
      auto opened = code_cache_store::open(folder.path(), 60'000);
      auto& store = **opened;
      for (int i = 0; i < 300; ++i) {
        auto number = random.below(20);
        auto size = 1000 + 100 * number;
        if (random.one_in(3)) {
          store.save(digest_number(number), cache_of(size, std::byte(number)));
          store.flush(); // else all may be read before anything is written
        } else if (auto got = store.find(digest_number(number))) {
          ++found;
          wrong += !holds(got, size, std::byte(number));
        }
      }
      wrong += store.statistics().refused != 0;
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(wrong == 0);
  CHECK(found > 0);
  std::uintmax_t bytes = 0;
  for (const auto& file : folder.files())
    bytes += std::filesystem::file_size(file);
  CHECK(bytes <= 60'000);
}

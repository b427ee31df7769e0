// Code caches as users see them: S3, S4, S9.

#include "tests/api/helpers.hpp"
#include "tests/support/generated_source.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace troupe;
using namespace troupe::testing;

namespace {

std::vector<std::byte> cached_data_of(const std::string& code, bool run = true) {
  auto ctx = new_context();
  script made{code};
  if (run)
    value_of(ctx.run(made, {.take = take_as::nothing}));
  return value_of(ctx.create_cached_data(made));
}

} // namespace

// -- data that the user brings ----------------------------------------------------------

TEST_CASE("cached data of the same source is taken", "[api][script][S3]") {
  auto code = generated_source(2000);
  auto ctx = new_context();
  auto compiled = value_of(ctx.compile(code, {.cached_data = cached_data_of(code)}));
  CHECK(compiled.cached_data_rejected() == false);
  CHECK(value_of(ctx.run(compiled)).as<int>() == 42);
}

TEST_CASE("cached data of another source is rejected, also when that is as long",
          "[api][script][S3]") {
  auto ctx = new_context();
  auto compiled = value_of(ctx.compile("20 + 4", {.cached_data = cached_data_of("20 + 5")}));
  CHECK(compiled.cached_data_rejected() == true);
  CHECK(value_of(ctx.run(compiled)).as<int>() == 24);
}

TEST_CASE("data that is none is rejected and the script runs", "[api][script][S3]") {
  auto ctx = new_context();
  std::vector<std::byte> noise(5000, std::byte{0x5a});
  auto compiled = value_of(ctx.compile("6 * 7", {.cached_data = noise}));
  CHECK(compiled.cached_data_rejected() == true);
  CHECK(value_of(ctx.run(compiled)).as<int>() == 42);
  CHECK(value_of(ctx.run("6 * 7", {}, {.cached_data = noise})).as<int>() == 42);
}

TEST_CASE("without cached data nothing is told about it", "[api][script][S3]") {
  CHECK_FALSE(value_of(shared_runtime().compile("1")).cached_data_rejected());
  CHECK_FALSE(script{"1"}.cached_data_rejected());
  CHECK_FALSE(script{"1", {.cached_data = {std::byte{1}}}}.cached_data_rejected());
}

TEST_CASE("the runtime tells whether cached data was rejected, too", "[api][script][S3]") {
  std::string code = "6 * 7 // for the runtime";
  auto taken = value_of(shared_runtime().compile(code, {.cached_data = cached_data_of(code)}));
  CHECK(taken.cached_data_rejected() == false);
  auto rejected = value_of(shared_runtime().compile(code, {.cached_data = {std::byte{1}}}));
  CHECK(rejected.cached_data_rejected() == true);
  auto ctx = new_context();
  CHECK(value_of(ctx.run(taken)).as<int>() == 42);
  CHECK(value_of(ctx.run(rejected)).as<int>() == 42);
}

TEST_CASE("a syntax error is one with cached data as well", "[api][script][S3]") {
  auto failed = error_of(shared_runtime().compile("6 *", {.cached_data = cached_data_of("6*7")}));
  CHECK(failed.code == errc::syntax_error);
}

// -- data that a context makes -------------------------------------------------------------

TEST_CASE("cached data is larger once the functions have run", "[api][script][S4]") {
  auto code = generated_source(4000);
  CHECK(cached_data_of(code, true).size() > 3 * cached_data_of(code, false).size() / 2);
}

TEST_CASE("cached data can be made again and again", "[api][script][S4]") {
  auto ctx = new_context();
  script lazy{"function f() { return 'f'.repeat(3) }\nfunction g() { return 'g'.repeat(4) }"};
  auto before = value_of(ctx.create_cached_data(lazy)).size();
  value_of(ctx.run(lazy, {.take = take_as::nothing}));
  value_of(ctx.run("f()"));
  auto with_f = value_of(ctx.create_cached_data(lazy)).size();
  value_of(ctx.run("g()"));
  auto with_both = value_of(ctx.create_cached_data(lazy)).size();
  CHECK(before < with_f);
  CHECK(with_f < with_both);
}

TEST_CASE("making cached data of a script that does not parse is a syntax error",
          "[api][script][S4]") {
  auto ctx = new_context();
  CHECK(error_of(ctx.create_cached_data(script{"6 *"})).code == errc::syntax_error);
  check_usable(ctx);
}

TEST_CASE("asm.js is code like any other: it has cached data", "[api][script][S4]") {
  auto ctx = new_context();
  script made{"function m() { 'use asm'; function f() { return 42 } return f }\nm()() //"
              + std::string(2000, ' ')};
  CHECK(value_of(ctx.run(made)).as<int>() == 42); // long enough to be shared
  CHECK_FALSE(value_of(ctx.create_cached_data(made)).empty());
  auto other = new_context();
  CHECK(value_of(other.run(made)).as<int>() == 42);
}

TEST_CASE("an empty handle makes no cached data", "[api][script][S4]") {
  context none;
  CHECK(error_of(none.create_cached_data(script{"1"})).code == errc::no_such_context);
}

// -- the source map ---------------------------------------------------------------------------

TEST_CASE("a script knows the URL of its source map", "[api][script][S9]") {
  CHECK(value_of(shared_runtime().compile("1\n//# sourceMappingURL=maps/1.map")).source_map_url()
        == "maps/1.map");
  auto ctx = new_context();
  CHECK(value_of(ctx.compile("1\n//# sourceMappingURL=data:,x\n")).source_map_url() == "data:,x");
}

TEST_CASE("a script without a magic comment has no source map", "[api][script][S9]") {
  for (const char* code : {"1", "1 // sourceMappingURL=x", "'//# sourceMappingURL=x'"})
    CHECK_FALSE(value_of(shared_runtime().compile(code)).source_map_url());
  CHECK_FALSE(script{"//# sourceMappingURL=x"}.source_map_url());
}

TEST_CASE("the URL of the source map survives the code cache", "[api][script][S9]") {
  std::string code = "1\n//# sourceMappingURL=kept.map";
  auto compiled = value_of(shared_runtime().compile(code, {.cached_data = cached_data_of(code)}));
  CHECK(compiled.cached_data_rejected() == false);
  CHECK(compiled.source_map_url() == "kept.map");
}

// -- between contexts --------------------------------------------------------------------------

TEST_CASE("a large script shared by many contexts answers the same in all", "[api][script][S1]") {
  script shared{generated_source(100'000)};
  for (int round = 0; round < 2; ++round) {
    std::vector<context> contexts;
    std::vector<future<value>> answers;
    for (int i = 0; i < 8; ++i) {
      contexts.push_back(new_context());
      answers.push_back(contexts.back().run(shared));
    }
    for (auto& answer : answers)
      CHECK(value_of(std::move(answer)).as<int>() == 42);
  }
}

TEST_CASE("errors of a script from the shared cache have their position and caret",
          "[api][script][S1][S2]") {
  auto code = generated_source(2000) + ";\nif (globalThis.late) throw new Error('late');";
  script shared{code, {.filename = "late.js", .line_offset = 5}};
  auto first = new_context();
  value_of(first.run(shared, {.take = take_as::nothing}));
  value_of(first.idle()); // the cache is made after the answer
  auto second = new_context({.globals = {{"late", true}}});
  auto failed = error_of(second.run(shared));
  auto lines = static_cast<int>(std::ranges::count(code, '\n'));
  REQUIRE(failed.position);
  CHECK(failed.position->line == lines + 1 + 5);
  CHECK(failed.position->source_line == "if (globalThis.late) throw new Error('late');");
  CHECK(failed.stack.find("\n                     ^\n") != std::string::npos);
}

// -- on disk
// --------------------------------------------------------------------------------------

namespace {

/// Runs a script that gives 42 in a runtime that keeps its caches in the folder.
code_cache_statistics run_with_folder(const temporary_folder& folder, const std::string& code) {
  runtime rt{{.code_cache_dir = folder.path().string()}};
  auto compiled = value_of(rt.compile(code));
  auto ctx = value_of(rt.spawn());
  CHECK(value_of(ctx.run(compiled)).as<int>() == 42);
  value_of(ctx.idle());
  return rt.code_cache_statistics();
}

} // namespace

TEST_CASE("the next runtime compiles from the folder", "[api][script][code_cache_dir][S3]") {
  temporary_folder folder;
  auto code = generated_source(4000);
  auto once = [&] { return run_with_folder(folder, code); };
  auto first = once();
  CHECK(first.problem.empty());
  CHECK(first.found == 0);
  CHECK(first.missing == 1);
  CHECK(folder.files().size() == 1);
  auto second = once();
  CHECK(second.found == 1);
  CHECK(second.missing == 0);
  CHECK(second.written == 0);
}

TEST_CASE("a folder full of rubbish does no harm", "[api][script][code_cache_dir][S3]") {
  temporary_folder folder;
  auto code = generated_source(4000);
  auto once = [&] { return run_with_folder(folder, code); };
  once();
  REQUIRE(folder.files().size() == 1);
  auto file = folder.files().front();
  auto sound = bytes_of(file);
  for (std::size_t at : {std::size_t{3}, std::size_t{50}, sound.size() / 2, sound.size() - 1}) {
    auto damaged = sound;
    damaged[at] ^= std::byte{1};
    write_bytes(file, damaged);
    auto seen = once();
    CHECK(seen.refused == 1);
    CHECK(seen.found == 0);
    CHECK(bytes_of(file).size() == sound.size()); // made anew
  }
  CHECK(once().found == 1);
}

TEST_CASE("a folder that cannot be used is told, and scripts run without",
          "[api][script][code_cache_dir][O4]") {
  runtime rt{{.code_cache_dir = "/dev/null/caches"}};
  CHECK(rt.code_cache_statistics().problem.find("code_cache_dir") != std::string::npos);
  CHECK(answer_of(rt.compile(generated_source(2000))).has_value());
}

TEST_CASE("a limit of the folder that is out of range is told",
          "[api][script][code_cache_dir][O4]") {
  temporary_folder folder;
  for (std::size_t bad : {std::size_t{0}, std::numeric_limits<std::size_t>::max()}) {
    runtime rt{{.code_cache_dir = folder.path().string(), .code_cache_limit_mib = bad}};
    CHECK(rt.code_cache_statistics().problem.find("code_cache_limit_mib") != std::string::npos);
  }
}

TEST_CASE("small scripts are not kept in the folder", "[api][script][code_cache_dir][S3]") {
  temporary_folder folder;
  runtime rt{{.code_cache_dir = folder.path().string()}};
  auto ctx = value_of(rt.spawn());
  value_of(ctx.run(value_of(rt.compile("1 + 1"))));
  value_of(ctx.idle());
  auto seen = rt.code_cache_statistics();
  CHECK(seen.missing + seen.found + seen.written == 0);
}

#pragma once

#include "tests/support/patience.hpp"
#include "troupe/troupe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

using namespace std::chrono_literals;

/// The answer of a future that must come.
template <class T>
result<T> answer_of(future<T> from) {
  if (!from.wait_for(patience))
    FAIL("no answer within the time that any answer takes");
  return from.get();
}

/// The value of a future that must succeed.
template <class T>
T value_of(future<T> from) {
  auto outcome = answer_of(std::move(from));
  if (!outcome)
    FAIL("unexpected error " << code_name(outcome.error().code) << ": "
                             << outcome.error().to_string());
  if constexpr (!std::is_void_v<T>)
    return *std::move(outcome);
}

/// The error of a future that must fail.
template <class T>
error error_of(future<T> from) {
  auto outcome = answer_of(std::move(from));
  if (outcome)
    FAIL("an error was expected");
  return std::move(outcome).error();
}

/// What `runtime_options::on_uncaught_error` was told.
struct uncaught_report {
  error what;
};

/// Does the code say that the context is no more?
inline bool tells_of_the_end(errc code) {
  return code == errc::context_closed || code == errc::runtime_closed;
}

/// One runtime for the tests that need nothing special of it; ends with the test
/// run.
runtime& shared_runtime();

inline context new_context(context_options options = {}) {
  return value_of(shared_runtime().spawn(std::move(options)));
}

/// Is it still good for something?
inline void check_usable(context& ctx) {
  CHECK(value_of(ctx.run("[1, 2, 3].map(x => x * 14).at(-1)")).as<int>() == 42);
}

// -- scripts ----------------------------------------------------------------------

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path};
  if (!file)
    FAIL("cannot read " << path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// The scripts of tests/scripts/`folder`, in the order of their names.
inline std::vector<std::filesystem::path> scripts_in(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator{std::filesystem::path{TROUPE_TEST_SCRIPTS} / folder})
    paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

} // namespace troupe::testing

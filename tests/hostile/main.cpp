// Hostile scripts (A11): each in a context with small limits beside two healthy
// neighbours, in a process of its own.
//
//   troupe_hostile_tests SCRIPT.js            runs it; 0: it ended as it says
//   troupe_hostile_tests --table FOLDER       runs all, prints the table of docs/limits.md
//   troupe_hostile_tests --check FOLDER FILE  is every script in the table of that file?
//   troupe_hostile_tests --neighbour FOLDER   how long a neighbour waits meanwhile

#include "tests/hostile/trial.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string_view>

extern char** environ;

namespace troupe::testing {

namespace {

/// The row of the table, without what differs from run to run.
std::string row_of(const hostile_script& script) {
  auto outcomes = script.expected;
  for (auto bar = outcomes.find('|'); bar != std::string::npos; bar = outcomes.find('|', bar))
    outcomes.replace(bar, 1, "`, `");
  return fmt::format("| `{}` | {} | `{}` |", script.name, script.purpose, outcomes);
}

int run_one(const std::filesystem::path& path) {
  auto script = read_hostile_script(path);
  auto result = try_script(script);
  fmt::print("{}: {}, its context {}; {} ms, stopped within {:.1f} ms, process at most {} MiB\n",
             script.name, result.outcome, result.after, result.took.count(),
             static_cast<double>(result.stop_latency.count()) / 1000, result.peak_mib);
  for (const auto& fault : result.faults)
    fmt::print(stderr, "{}: {}\n", script.name, fault);
  std::fflush(stdout);
  return result.faults.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// In a process of its own. @returns whether that ended well.
bool run_apart(const std::filesystem::path& path) {
  std::string program = "/proc/self/exe";
  auto argument = path.string();
  char* arguments[]{program.data(), argument.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, 2, 1); // the table has the output
  pid_t child = 0;
  int refused = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  return refused == 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
         && WEXITSTATUS(status) == EXIT_SUCCESS;
}

int print_table(const std::filesystem::path& folder) {
  bool well = true;
  std::string table = "| script | what it does | its run ends in |\n|---|---|---|\n";
  for (const auto& path : hostile_scripts_in(folder)) {
    auto script = read_hostile_script(path);
    bool as_expected = run_apart(path);
    well = well && as_expected;
    table += row_of(script) + (as_expected ? "\n" : " **no**\n");
  }
  fmt::print("{}", table);
  return well ? EXIT_SUCCESS : EXIT_FAILURE;
}

int check_table(const std::filesystem::path& folder, const std::filesystem::path& document) {
  std::ifstream file{document};
  std::set<std::string> rows;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("| `"))
      rows.insert(line);
  auto scripts = hostile_scripts_in(folder);
  int missing = scripts.size() < 60 ? 1 : 0;
  for (const auto& path : scripts) {
    auto row = row_of(read_hostile_script(path));
    if (!rows.contains(row)) {
      fmt::print(stderr, "{} lacks the row\n  {}\n", document.string(), row);
      ++missing;
    }
  }
  return missing == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int print_neighbour(const std::filesystem::path& folder) {
  std::vector<hostile_script> scripts;
  for (const auto& path : hostile_scripts_in(folder))
    scripts.push_back(read_hostile_script(path));
  auto seen = measure_neighbour(scripts);
  fmt::print(
    "round trip of a neighbour, µs: alone p50 {:.1f}, p99 {:.1f}; beside hostile scripts "
    "p50 {:.1f}, p99 {:.1f}; p99 ratio {:.2f}\n",
    seen.idle_p50, seen.idle_p99, seen.beside_p50, seen.beside_p99,
    seen.beside_p99 / seen.idle_p99);
  return EXIT_SUCCESS;
}

} // namespace

} // namespace troupe::testing

int main(int count, char** arguments) {
  using namespace troupe::testing;
  std::vector<std::string> words{arguments + 1, arguments + count};
  try {
    if (words.size() == 1)
      return run_one(words[0]);
    if (words.size() == 2 && words[0] == "--table")
      return print_table(words[1]);
    if (words.size() == 3 && words[0] == "--check")
      return check_table(words[1], words[2]);
    if (words.size() == 2 && words[0] == "--neighbour")
      return print_neighbour(words[1]);
  } catch (const std::exception& failed) {
    fmt::print(stderr, "{}\n", failed.what());
    return EXIT_FAILURE;
  }
  fmt::print(stderr, "see tests/hostile/main.cpp for how to call this\n");
  return EXIT_FAILURE;
}

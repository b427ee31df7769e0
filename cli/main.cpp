#include "cli/command_line.hpp"
#include "cli/fleet_command.hpp"
#include "cli/graph_command.hpp"
#include "cli/node_flags.hpp"
#include "cli/run_command.hpp"
#include "cli/standard_streams.hpp"

#include <troupe/runtime.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace troupe::cli {

namespace {

constexpr auto help = R"(Usage: troupe COMMAND [options]

Runs JavaScript in isolated contexts, each with a heap and a thread of its own.

Commands:
  run FILE [args]     run a script
  eval CODE [args]    run a piece of code and print its value
  graph FILE          show what a module imports
  fleet               run real work in hundreds of contexts at once, and stop the
                      runaways among them

A file, or an option in front of one, runs without a command too: `troupe app.js`,
`troupe -e CODE`.

Options:
  -h, --help          show this text; `troupe COMMAND --help` for a command
  --version           show the versions of Troupe and V8

Examples:
  troupe eval '6 * 7'
  troupe run --timeout 500 --heap-limit 64 script.js
  troupe fleet -n 100
)";

struct command {
  std::string_view name;
  exit_status (*execute)(std::span<const std::string>);
};

constexpr std::array commands{
  command{"run", &run_command},
  command{"eval", &eval_command},
  command{"fleet", &fleet_command},
  command{"graph", &graph_command},
};

exit_status dispatch(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    if (is_fed(STDIN_FILENO))
      return run_command(arguments);
    write(stream::err, help);
    return exit_status::usage;
  }
  const auto& first = arguments.front();
  for (const auto& each : commands)
    if (each.name == first)
      return each.execute(arguments.subspan(1));
  if (first == "--help" || first == "-h" || first == "help") {
    write(stream::out, help);
    return exit_status::ok;
  }
  if (first == "--version" || first == "-v") {
    write_line(stream::out,
               fmt::format("troupe {} (V8 {})", runtime::version(), runtime::v8_version()));
    return exit_status::ok;
  }
  // As Node is started, by programs that start themselves too.
  std::error_code failed;
  bool is_option = first.starts_with('-')
                   && (arguments.size() > 1 || first == "-" || first == "-p"
                       || take_node_flags({first}).others.empty());
  if (is_option || std::filesystem::exists(first, failed))
    return run_command(arguments);
  std::vector<std::string> known{"--help", "--version"};
  for (const auto& each : commands)
    known.emplace_back(each.name);
  complain(fmt::format("unknown {} {}{}", first.starts_with('-') ? "option" : "command", first,
                       suggest(first, known)));
  write_line(stream::err, "Try 'troupe --help'.");
  return exit_status::usage;
}

} // namespace

} // namespace troupe::cli

int main(int argc, char** argv) {
  using namespace troupe::cli;
  try {
    open_closed_streams();
    ignore_broken_pipes();
    std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return static_cast<int>(dispatch(arguments));
  } catch (const std::exception& unexpected) {
    complain(unexpected.what());
    return static_cast<int>(exit_status::failed);
  }
}

#include "cli/run_command.hpp"

#include "cli/command_line.hpp"
#include "cli/json_value.hpp"
#include "cli/program.hpp"
#include "cli/script_job.hpp"
#include "cli/source_text.hpp"
#include "cli/standard_streams.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

namespace troupe::cli {

namespace {

constexpr auto run_statuses =
  R"(Programs written for Node find `process`, `require`, `import`, `console`, timers
and the modules of docs/node.md. `.mjs` files, `.js` files of packages with
"type": "module", and those that can be nothing else are
ECMAScript modules; the rest is CommonJS. Node's own options are accepted in front
of FILE: --input-type, --expose-gc, --no-warnings, --disable-warning,
--trace-warnings, --throw-deprecation, --unhandled-rejections,
--max-old-space-size and --stack-trace-limit do what they do there,
--experimental-… and others do nothing.

Exit status:
    0  success, or what the program says
    1  uncaught error or unhandled rejection
    2  wrong usage, or a file that cannot be read
    7  a handler of 'uncaughtException' has thrown
    9  a wrong value of an option of Node's
   13  a top-level await that nothing will settle
  124  the timeout passed
  130  interrupted (SIGINT)
  134  V8 gave up on the context
  137  the heap limit was reached
  141  standard output was closed by its reader)";

constexpr auto statuses =
  R"(A script sees ECMAScript, console, timers and `args`, an array of strings. When
its value is a promise, that is waited for; then come the timers that are left.

Exit status:
    0  success
    1  uncaught error or unhandled rejection, also in a timer
    2  wrong usage, or a file that cannot be read
   13  the value is a promise that nothing will settle
  124  the timeout passed
  130  interrupted (SIGINT)
  134  V8 gave up on the context
  137  the heap limit was reached
  141  standard output was closed by its reader)";

constexpr auto run_examples = R"(

Examples:
  troupe run --timeout 500 report.js 2025-11
  echo 'console.log(process.argv)' | troupe run - a b
  troupe run -p 'process.versions'
  troupe run --input-type=module -e 'import vm from "node:vm"; console.log(vm)'
  troupe run --json -e 'new Map([["a", 1n]])')";

constexpr auto eval_examples = R"(

Examples:
  troupe eval '6 * 7'
  troupe eval --json 'Promise.resolve({ sum: args.length })' x y
  troupe eval --heap-limit 16 -- '-1')";

/// Options that `run` and `eval` have in common.
struct script_options_of_command {
  std::int64_t timeout_ms = 0;
  // A program of one's own may have more than a server gives each tenant.
  std::size_t heap_limit_mib = 1024;
  std::size_t array_buffer_limit_mib = 1024;
  std::string name;
  std::vector<std::string> v8_flags;
  bool as_json = false;

  void add_to(CLI::App& app) {
    app
      .add_option(
        "-t,--timeout", timeout_ms,
        "Wall clock for everything once FILE is read: the script, its promise, its timers")
      ->type_name("MS")
      ->check(positive_number());
    app.add_option("--heap-limit", heap_limit_mib, "JavaScript heap, 8 to 65536")
      ->type_name("MIB")
      ->capture_default_str();
    app
      .add_option("--array-buffer-limit", array_buffer_limit_mib,
                  "Memory in ArrayBuffers, beside the heap")
      ->type_name("MIB")
      ->capture_default_str();
    app.add_option("--name", name, "Name of the context in messages")->type_name("NAME");
    app.add_option("--v8-flag", v8_flags, "Flag for V8, e.g. --v8-flag=--jitless; repeatable")
      ->type_name("FLAG")
      ->allow_extra_args(false);
    app.add_flag(
      "--json", as_json,
      "Print the value as JSON, and console.log on standard error; BigInts become text, "
      "Maps lists of entries, Sets lists");
  }

  [[nodiscard]] script_job job() const {
    script_job made;
    made.timeout = std::chrono::milliseconds{timeout_ms};
    made.context = {.name = name,
                    .heap_limit_mib = heap_limit_mib,
                    .array_buffer_limit_mib = array_buffer_limit_mib};
    made.v8_flags = v8_flags;
    made.console_to_stderr = as_json;
    return made;
  }
};

constexpr auto which_file = "which file? (`-` is standard input)";

/// As a person wants it: text without quotes.
std::string plain_text(const value& from) {
  return from.is(value_kind::string) ? from.as<std::string>() : from.to_string();
}

exit_status print(const value& result, bool as_json) {
  if (!as_json) {
    write_line(stream::out, plain_text(result));
    return exit_status::ok;
  }
  auto converted = to_json(result);
  if (!converted) {
    complain(converted.error().message);
    return exit_status::failed;
  }
  write_line(stream::out, to_text(*converted));
  return exit_status::ok;
}

exit_status execute(script_job job, bool as_json) {
  job.wants_value = true;
  auto outcome = run_script(job);
  if (outcome.status != exit_status::ok)
    return outcome.status;
  return print(outcome.result, as_json);
}

/// What is wrong with the main file, in words; empty when it may be run.
std::string problem_with(const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (fs::is_directory(file, failed)) {
    for (const auto* main : {"package.json", "index.js", "index.json"})
      if (fs::exists(fs::path{file} / main, failed))
        return {};
    return fmt::format("cannot read '{}': Is a directory", file);
  }
  if (fs::is_regular_file(file, failed)) {
    // Some, as /proc/self/mem, can be opened and not read.
    int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    char first = 0;
    bool readable = descriptor >= 0 && ::read(descriptor, &first, 1) >= 0;
    int reason = errno;
    if (descriptor >= 0)
      ::close(descriptor);
    return readable
             ? std::string{}
             : fmt::format("cannot read '{}': {}", file, std::generic_category().message(reason));
  }
  for (const auto* extension : {"", ".js", ".json"})
    if (::access((file + extension).c_str(), R_OK) == 0)
      return {};
  auto reason = ::access(file.c_str(), F_OK) == 0 ? EACCES : ENOENT;
  return fmt::format("cannot read '{}': {}", file, std::generic_category().message(reason));
}

} // namespace

exit_status run_command(std::span<const std::string> arguments) {
  command_line line{"troupe run",
                    "troupe run [options] [node options] FILE [args]\n"
                    "       troupe run [options] [node options] -e CODE [args]\n"
                    "       troupe run [options] [node options] -p CODE [args]",
                    "Runs a program in a context of its own; FILE `-` is standard input.",
                    std::string{run_statuses} + run_examples};
  script_options_of_command common;
  common.add_to(line.options());
  std::string code;
  auto* has_code =
    line.options().add_option("-e,--eval", code, "Run CODE instead of a file")->type_name("CODE");
  program what;
  line.options().add_flag("-p,--print", what.prints_value,
                          "Run CODE and print the value of its last statement");
  what.flags = take_node_flags({arguments.begin(), arguments.end()});
  if (auto ends = line.parse(what.flags.others))
    return *ends;
  if (!what.flags.problem.empty()) {
    std::ignore = line.usage_error(what.flags.problem);
    return exit_status::node_usage;
  }

  what.job = common.job();
  what.job.wants_value = common.as_json;
  auto rest = line.rest();
  bool has_value = has_code->count() != 0;
  // As Node takes programs from whoever starts it.
  bool is_given = !rest.empty() || has_value;
  if (!is_given && is_fed(STDIN_FILENO))
    rest.emplace_back("-");
  if (!has_value && rest.empty())
    return line.usage_error(which_file);
  if (has_value || (what.prints_value && rest.front() != "-")) {
    what.is_code = true;
    what.job.filename = "[eval]";
    what.job.source = has_value ? code : rest.front();
  } else if (rest.front() == "-" || common.as_json) {
    auto source = read_source(rest.front());
    if (!source) {
      complain(source.error().message);
      return exit_status::usage;
    }
    if (!is_given && source->empty())
      return line.usage_error(which_file);
    what.is_code = true;
    what.job.filename = rest.front() == "-" ? "[stdin]" : rest.front();
    what.job.source = *std::move(source);
  } else if (auto problem = problem_with(rest.front()); !problem.empty()) {
    complain(problem);
    return exit_status::usage;
  } else {
    what.job.filename = rest.front();
    std::error_code failed;
    auto type = std::filesystem::status(rest.front(), failed).type();
    // A script would wait for a pipe, and could not be stopped then.
    if (type == std::filesystem::file_type::fifo
        || type == std::filesystem::file_type::character) {
      auto source = read_source(rest.front());
      if (!source) {
        complain(source.error().message);
        return exit_status::usage;
      }
      what.text = *std::move(source);
    }
  }
  if (what.flags.has_input_type && !what.is_code)
    return line.usage_error("--input-type is for -e, -p and standard input");
  if (!has_value)
    rest.erase(rest.begin());
  // As in Node: what follows CODE may look like options.
  if ((has_value || what.prints_value) && !rest.empty() && rest.front() == "--")
    rest.erase(rest.begin());
  what.job.arguments = std::move(rest);
  return run_program(what).status;
}

exit_status eval_command(std::span<const std::string> arguments) {
  command_line line{"troupe eval", "troupe eval [options] CODE [args]",
                    "Runs CODE in a context of its own and prints its value.",
                    std::string{statuses} + eval_examples};
  script_options_of_command common;
  common.add_to(line.options());
  if (auto ends = line.parse(arguments))
    return *ends;
  auto rest = line.rest();
  if (rest.empty())
    return line.usage_error("what code?");

  auto job = common.job();
  job.source = rest.front();
  job.filename = "[eval]";
  rest.erase(rest.begin());
  job.arguments = std::move(rest);
  return execute(std::move(job), common.as_json);
}

} // namespace troupe::cli

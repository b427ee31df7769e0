#include "cli/run_command.hpp"

#include "cli/command_line.hpp"
#include "cli/json_value.hpp"
#include "cli/script_job.hpp"
#include "cli/source_text.hpp"
#include "cli/standard_streams.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace troupe::cli {

namespace {

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
  echo 'console.log(args)' | troupe run - a b
  troupe run --json -e 'new Map([["a", 1n]])')";

constexpr auto eval_examples = R"(

Examples:
  troupe eval '6 * 7'
  troupe eval --json 'Promise.resolve({ sum: args.length })' x y
  troupe eval --heap-limit 16 -- '-1')";

/// Options that `run` and `eval` have in common.
struct script_options_of_command {
  std::int64_t timeout_ms = 0;
  std::size_t heap_limit_mib = context_options{}.heap_limit_mib;
  std::size_t array_buffer_limit_mib = context_options{}.array_buffer_limit_mib;
  std::string name;
  std::vector<std::string> v8_flags;
  bool as_json = false;

  void add_to(CLI::App& app) {
    app
      .add_option("-t,--timeout", timeout_ms,
                  "Wall clock for everything: the script, its promise, its timers")
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

exit_status execute(script_job job, bool as_json, bool as_text) {
  job.wants_value = as_json || as_text;
  auto outcome = run_script(job);
  if (outcome.status != exit_status::ok || !job.wants_value)
    return outcome.status;
  return print(outcome.result, as_json);
}

} // namespace

exit_status run_command(std::span<const std::string> arguments) {
  command_line line{
    "troupe run", "troupe run [options] FILE [args]\n       troupe run [options] -e CODE [args]",
    "Runs a script in a context of its own; FILE `-` is standard input.",
    std::string{statuses} + run_examples};
  script_options_of_command common;
  common.add_to(line.options());
  std::string code;
  auto* has_code =
    line.options().add_option("-e,--eval", code, "Run CODE instead of a file")->type_name("CODE");
  bool as_text = false;
  line.options().add_flag("-p,--print", as_text, "Print the value of the last statement");
  if (auto ends = line.parse(arguments))
    return *ends;

  auto job = common.job();
  auto rest = line.rest();
  if (has_code->count() != 0) {
    job.source = code;
    job.filename = "[eval]";
  } else {
    if (rest.empty())
      return line.usage_error("which file? (`-` is standard input)");
    auto source = read_source(rest.front());
    if (!source) {
      complain(source.error().message);
      return exit_status::usage;
    }
    job.source = *std::move(source);
    job.filename = rest.front() == "-" ? "[stdin]" : rest.front();
    rest.erase(rest.begin());
  }
  job.arguments = std::move(rest);
  return execute(std::move(job), common.as_json, as_text);
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
  return execute(std::move(job), common.as_json, true);
}

} // namespace troupe::cli

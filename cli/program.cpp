#include "cli/program.hpp"

#include "cli/interrupt.hpp"
#include "cli/json_value.hpp"
#include "cli/script_progress.hpp"
#include "cli/signal_relay.hpp"
#include "cli/standard_streams.hpp"
#include "cli/terminal.hpp"

#include <troupe/host_function.hpp>
#include <troupe/process.hpp>
#include <troupe/reference.hpp>

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace troupe::cli {

namespace {

using std::chrono::steady_clock;

// Takes what starts and ends a program out of the realm; scripts see no global `require`.
constexpr auto bootstrap = R"((function (require) {
  delete globalThis.require;
  return require('module')[Symbol.for('troupe.host')];
})(require))";

std::vector<std::pair<std::string, std::string>> environment_variables() {
  std::vector<std::pair<std::string, std::string>> made;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    std::string_view text{*each};
    auto equals = text.find('=');
    if (equals != std::string_view::npos && equals != 0)
      made.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return made;
}

std::string current_folder() {
  std::error_code failed;
  auto path = std::filesystem::current_path(failed);
  return failed ? std::string{"/"} : path.string();
}

std::string path_of_command() {
  std::error_code failed;
  auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? std::string{"troupe"} : path.string();
}

process_stream facts_of(stream which) {
  if (!is_terminal(which))
    return {};
  return {.is_terminal = true, .columns = columns(which), .rows = rows(which)};
}

std::shared_ptr<const process_options> process_of(const program& what) {
  auto made = std::make_shared<process_options>();
  made->cwd = current_folder();
  made->exec_path = path_of_command();
  made->exec_argv = what.flags.given;
  if (what.is_code && what.job.filename == "[eval]") {
    made->exec_argv.emplace_back(what.prints_value ? "-p" : "-e");
    made->exec_argv.push_back(what.job.source);
  }
  made->argv.push_back(made->exec_path);
  if (!what.is_code)
    made->argv.push_back(
      (std::filesystem::path{made->cwd} / what.job.filename).lexically_normal().string());
  else if (what.job.filename == "[stdin]")
    made->argv.emplace_back("-");
  std::ranges::copy(what.job.arguments, std::back_inserter(made->argv));
  made->env = environment_variables();
  made->pid = ::getpid();
  made->ppid = ::getppid();
  made->out = facts_of(stream::out);
  made->err = facts_of(stream::err);
  made->in.is_terminal = ::isatty(STDIN_FILENO) == 1;
  made->in_descriptor = STDIN_FILENO;
  made->write = [to_stderr = what.job.console_to_stderr](console_line::stream to,
                                                         std::string_view text) {
    write(to_stderr || to == console_line::stream::err ? stream::err : stream::out, text);
  };
  // Everything is written: there is nothing to be lost.
  made->exit = [](int status) { std::_Exit(status); };
  made->watch_signal = &relay_signal;
  made->kill = [](int pid, int number) { return ::kill(pid, number) == 0 ? 0 : errno; };
  return made;
}

runtime_options options_of(const program& what,
                           const std::shared_ptr<progress_of_script>& progress) {
  auto flags = what.job.v8_flags;
  std::ranges::copy(what.flags.v8_flags, std::back_inserter(flags));
  return {
    .max_contexts = 1,
    .stop_grace = stop_grace,
    .v8_flags = std::move(flags),
    .on_console =
      [to_stderr = what.job.console_to_stderr](const console_line& line) {
        bool err = to_stderr || line.to == console_line::stream::err;
        write_line(err ? stream::err : stream::out, line.text);
      },
    .on_uncaught_error = [progress](const std::string&,
                                    const error& found) { progress->set_error(found); },
  };
}

context_options context_of(const program& what) {
  auto options = what.job.context;
  options.console = true;
  options.timers = true;
  options.builtins = builtin_set::all();
  options.allow_files = true;
  options.allow_network = true;
  options.allow_processes = true;
  options.process = process_of(what);
  if (what.flags.heap_limit_mib != 0)
    options.heap_limit_mib = what.flags.heap_limit_mib;
  if (what.flags.disallows_code_from_strings)
    options.code_generation.strings = false;
  return options;
}

value settings_of(const node_flags& flags) {
  return value::object({{"warnings", !flags.no_warnings},
                        {"traceWarnings", flags.trace_warnings},
                        {"disabledWarnings", flags.disabled_warnings},
                        {"noDeprecation", flags.no_deprecation},
                        {"traceDeprecation", flags.trace_deprecation},
                        {"throwDeprecation", flags.throw_deprecation},
                        {"unhandledRejections", flags.unhandled_rejections},
                        {"required", flags.required},
                        {"imported", flags.imported}});
}

value description_of(const program& what) {
  if (!what.is_code)
    return value::object({{"file", what.job.filename},
                          {"text", what.text ? value{*what.text} : value{}},
                          {"settings", settings_of(what.flags)}});
  return value::object({{"code", what.job.source},
                        {"name", what.job.filename},
                        {"isModule", what.flags.input_is_module},
                        {"print", what.prints_value},
                        {"wantsValue", what.job.wants_value},
                        {"settings", settings_of(what.flags)}});
}

/// What starts and ends the program.
struct entry_points {
  function start;
  function finish;
};

result<entry_points> find_entry_points(context& ctx) {
  auto host =
    ctx.run(bootstrap, {.take = take_as::reference}, {.filename = "troupe:bootstrap"}).get();
  if (!host)
    return std::move(host).error();
  auto object = host->as<reference>();
  auto start = object.get("start", take_as::reference);
  auto finish = object.get("finish", take_as::reference).get();
  auto started = start.get();
  if (!started)
    return std::move(started).error();
  if (!finish)
    return std::move(finish).error();
  return entry_points{started->as<function>(), finish->as<function>()};
}

/// Emits 'exit' and ends the process; returns when that is not to be.
script_outcome finish(const entry_points& entry, exit_status status,
                      std::optional<steady_clock::time_point> deadline, const context& ctx) {
  std::vector<value> arguments;
  if (status != exit_status::ok)
    arguments.emplace_back(static_cast<int>(status));
  run_options how{.take = take_as::nothing};
  if (deadline)
    how.timeout =
      std::max(std::chrono::ceil<std::chrono::milliseconds>(*deadline - steady_clock::now()),
               std::chrono::milliseconds{1});
  auto ended = entry.finish.call(std::move(arguments), how).get();
  if (!ended)
    return fail(reason_of(std::move(ended).error(), ctx));
  return {status, {}};
}

} // namespace

script_outcome run_program(const program& what) {
  const auto& job = what.job;
  exit_on_sigint();
  auto progress = std::make_shared<progress_of_script>();
  runtime rt{options_of(what, progress)};
  if (!rt.rejected_v8_flags().empty())
    return fail({.code = errc::invalid_argument,
                 .message = fmt::format("V8 has no flag {}", rt.rejected_v8_flags().front())});
  auto spawned = rt.spawn(context_of(what)).get();
  if (!spawned)
    return fail(spawned.error());
  auto ctx = *std::move(spawned);
  auto entry = find_entry_points(ctx);
  if (!entry)
    return fail(entry.error());

  auto deadline = deadline_of(job);
  if (auto failed = follow(entry->start.call({description_of(what)}, run_options_of(job)), ctx,
                           progress, job, deadline))
    return *std::move(failed);
  auto value_of_code = progress->result();
  if (!value_of_code)
    return finish(*entry, exit_status::unsettled, deadline, ctx);
  if (job.wants_value) {
    auto printed = to_json(*value_of_code);
    if (!printed) {
      complain(printed.error().message);
      return {exit_status::failed, {}};
    }
    write_line(stream::out, to_text(*printed));
  }
  return finish(*entry, exit_status::ok, deadline, ctx);
}

} // namespace troupe::cli

#include "cli/graph_command.hpp"

#include "cli/command_line.hpp"
#include "cli/graph_text.hpp"
#include "cli/interrupt.hpp"
#include "cli/script_job.hpp"
#include "cli/standard_streams.hpp"

#include <troupe/file_loader.hpp>
#include <troupe/runtime.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <system_error>

namespace troupe::cli {

namespace {

constexpr auto epilogue =
  R"(Times are those of this run; a module that awaits is told up to its first await, and
a cycle for the module that is reached first.

Exit status: 0; 1 when the graph cannot be loaded or a module throws; 2 for wrong
usage; 124 when the timeout passed; 130 after SIGINT; 134 when V8 gave up on the
context; 137 when the heap limit was reached. What modules do later, in timers and
by import(), is not waited for.

Examples:
  troupe graph main.mjs
  troupe graph --format dot main.mjs | dot -Tsvg > graph.svg
  troupe graph --format json main.mjs)";

exit_status status_after(const error& what) {
  write_line(stream::err, what.to_string());
  return exit_status_of(what.code);
}

} // namespace

exit_status graph_command(std::span<const std::string> arguments) {
  command_line line{"troupe graph", "troupe graph [options] FILE",
                    "Imports a module in a context of its own, and shows the modules that it "
                    "imports: how large\nthey are, who imports whom, cycles, and how long they "
                    "take.",
                    epilogue};
  std::string format = "tree";
  std::string root = "/";
  std::int64_t timeout_ms = 0;
  line.options()
    .add_option("-f,--format", format, "tree, dot (Graphviz) or json")
    ->type_name("FORMAT")
    ->check(CLI::IsMember({"tree", "dot", "json"}))
    ->capture_default_str();
  line.options()
    .add_option("--root", root, "Folder that imports must not leave")
    ->type_name("DIR")
    ->capture_default_str();
  line.options()
    .add_option("-t,--timeout", timeout_ms, "For loading and evaluation together")
    ->type_name("MS")
    ->check(positive_number());
  if (auto ends = line.parse(arguments))
    return *ends;
  if (line.rest().empty())
    return line.usage_error("which module?");
  if (line.rest().size() > 1)
    return line.usage_error(
      fmt::format("what is {}? One module is shown at a time", line.rest()[1]));

  exit_on_sigint();
  std::error_code failed;
  auto file = std::filesystem::absolute(line.rest().front(), failed);
  auto loader = file_loader::open({.root = root});
  if (!loader) {
    complain(loader.error().message);
    return exit_status::usage;
  }
  runtime rt{
    {.max_contexts = 1, .stop_grace = stop_grace, .on_console = [](const console_line& printed) {
       write_line(printed.to == console_line::stream::out ? stream::out : stream::err,
                  printed.text);
     }}};
  auto spawned = rt.spawn({.name = "graph",
                           .console = true,
                           .timers = true,
                           .builtins = builtin_set::all(),
                           .loader = *std::move(loader)})
                   .get();
  if (!spawned)
    return status_after(spawned.error());
  auto graph =
    spawned
      ->inspect_graph(file.lexically_normal().string(),
                      {.timeout = std::chrono::milliseconds{timeout_ms}, .break_on_sigint = true})
      .get();
  if (!graph)
    return status_after(graph.error());
  auto names = short_names(*graph, (std::filesystem::current_path(failed) / "").string());
  write(stream::out, format == "dot"    ? to_dot(*graph, names)
                     : format == "json" ? to_json_text(*graph, names)
                                        : to_tree(*graph, names));
  return exit_status::ok;
}

} // namespace troupe::cli
